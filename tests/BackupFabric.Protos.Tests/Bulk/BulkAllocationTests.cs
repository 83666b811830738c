using System.Buffers;
using BackupFabric.Protos.Bulk;
using Grpc.Core;

namespace BackupFabric.Protos.Tests.Bulk;

/// <summary>What is allocated belongs to the batch, never to a block.</summary>
public sealed class BulkAllocationTests
{
    // Message, batch and closures; measured around 200 bytes.
    private const int BytesPerBatchMax = 1024;

    [Fact]
    public void Filling_and_writing_a_batch_allocates_the_same_for_few_and_for_many_blocks()
    {
        using var batch = new BlockBatchBuffer();
        var context = new ReusedContext();
        Assert.InRange(AllocatedBy(() => FillAndWrite(batch, context, 10)), 0, BytesPerBatchMax);
        Assert.InRange(AllocatedBy(() => FillAndWrite(batch, context, 4000)), 0, BytesPerBatchMax);
    }

    [Fact]
    public void Reading_a_batch_allocates_the_same_for_few_and_for_many_blocks()
    {
        using var batch = new BlockBatchBuffer();
        var context = new ReusedContext();
        FillAndWrite(batch, context, 4000);
        var many = new Payload(context.Written.ToArray());
        FillAndWrite(batch, context, 10);
        var few = new Payload(context.Written.ToArray());

        Assert.InRange(AllocatedBy(() => Read(few)), 0, BytesPerBatchMax);
        Assert.InRange(AllocatedBy(() => Read(many)), 0, BytesPerBatchMax);
    }

    private static void FillAndWrite(BlockBatchBuffer batch, ReusedContext context, int blocks)
    {
        Span<byte> id = stackalloc byte[32];
        Span<byte> payload = stackalloc byte[150];
        batch.Clear();
        for (var i = 0; i < blocks; i++)
        {
            id[0] = (byte)i;
            batch.TryAdd(id, 1, 4096, payload);
        }

        context.Clear();
        PushMessage.Marshaller.ContextualSerializer(new PushMessage(batch), context);
    }

    private static void Read(Payload payload)
    {
        using var message = PushMessage.Marshaller.ContextualDeserializer(payload);
        var sum = 0;
        for (var i = 0; i < message.Blocks!.Count; i++) sum += message.Blocks[i].Payload.Length + message.Blocks.PayloadAt(i).Length;
        Assert.NotEqual(0, sum);
    }

    private static long AllocatedBy(Action action)
    {
        // The pools fill up, and the code is compiled.
        for (var i = 0; i < 3; i++) action();
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private sealed class ReusedContext : SerializationContext
    {
        private readonly ArrayBufferWriter<byte> _writer = new(2 << 20);

        public ReadOnlySpan<byte> Written => _writer.WrittenSpan;

        public void Clear() => _writer.ResetWrittenCount();

        public override void SetPayloadLength(int payloadLength)
        {
        }

        public override IBufferWriter<byte> GetBufferWriter() => _writer;

        public override void Complete()
        {
        }
    }

    private sealed class Payload(byte[] bytes) : DeserializationContext
    {
        public override int PayloadLength => bytes.Length;

        public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(bytes);
    }
}
