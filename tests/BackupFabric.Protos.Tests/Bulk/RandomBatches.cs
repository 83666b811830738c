using BackupFabric.Protos.Bulk;
using BackupFabric.Protos.V1;
using Google.Protobuf;

namespace BackupFabric.Protos.Tests.Bulk;

/// <summary>The same random blocks, as a batch of ours and as a generated message.</summary>
internal static class RandomBatches
{
    public static (BlockBatchBuffer Ours, BlockBatch Generated) Make(Random random, bool offsets, int blocksMax = 40)
    {
        var ours = new BlockBatchBuffer();
        var generated = new BlockBatch();
        var count = random.Next(blocksMax + 1);
        for (var i = 0; i < count; i++)
        {
            var block = Block(random, offsets);
            generated.Blocks.Add(block);
            Assert.True(ours.TryAdd(block.Id.Span, (byte)block.Codec, (int)block.PlainLength, block.Payload.Span, (long)block.Offset));
        }

        return (ours, generated);
    }

    public static void AssertSame(BlockBatch generated, BlockBatchBuffer ours)
    {
        Assert.Equal(generated.Blocks.Count, ours.Count);
        for (var i = 0; i < ours.Count; i++)
        {
            var theirs = generated.Blocks[i];
            var block = ours[i];
            Assert.True(theirs.Id.Span.SequenceEqual(block.Id));
            Assert.Equal(theirs.Codec, block.Codec);
            Assert.Equal(theirs.PlainLength, (uint)block.PlainLength);
            Assert.True(theirs.Payload.Span.SequenceEqual(block.Payload));
            Assert.True(theirs.Payload.Span.SequenceEqual(ours.PayloadAt(i).Span));
            Assert.Equal(theirs.Offset, (ulong)block.Offset);
        }
    }

    private static SealedBlock Block(Random random, bool offsets)
    {
        // Lengths around every change in the size of a varint, and defaults, which are not encoded at all.
        int[] lengths = [0, 1, 80, 87, 127, 128, 200, 5000, 16_383, 16_384, 20_000];
        var payload = new byte[lengths[random.Next(lengths.Length)]];
        random.NextBytes(payload);
        var id = new byte[BlockBatchBuffer.IdLength];
        random.NextBytes(id);
        return new SealedBlock
        {
            Id = ByteString.CopyFrom(id),
            Codec = (uint)(random.Next(3) switch { 0 => 0, 1 => 1, _ => random.Next(256) }),
            PlainLength = (uint)(random.Next(3) switch { 0 => 0, 1 => 65536, _ => random.Next() }),
            Payload = ByteString.CopyFrom(payload),
            Offset = offsets ? (ulong)(random.Next(4) switch { 0 => 0, 1 => 4096, 2 => long.MaxValue, _ => random.NextInt64() }) : 0,
        };
    }
}
