using BackupFabric.Protos.Bulk;
using BackupFabric.Protos.V1;
using Google.Protobuf;

namespace BackupFabric.Protos.Tests.Bulk;

/// <summary>The hand-written marshallers against the generated code, in both directions.</summary>
public sealed class BulkEncodingTests
{
    private const int Rounds = 300;

    [Fact]
    public void Pushed_batches_are_the_bytes_that_the_generated_code_writes()
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var (ours, generated) = RandomBatches.Make(new Random(seed), offsets: false);
            using (ours) Assert.Equal(new PushUp { Blocks = generated }.ToByteArray(), PushMessage.Marshaller.Serialize(new PushMessage(ours)));
        }
    }

    [Fact]
    public void Pulled_batches_are_the_bytes_that_the_generated_code_writes()
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var (ours, generated) = RandomBatches.Make(new Random(seed), offsets: true);
            using (ours) Assert.Equal(new PullDown { Blocks = generated }.ToByteArray(), PullMessage.Marshaller.Serialize(new PullMessage(ours)));
        }
    }

    [Fact]
    public void Batches_of_the_generated_code_are_read_however_they_are_cut_into_pieces()
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            var (ours, generated) = RandomBatches.Make(random, offsets: true);
            ours.Dispose();

            using var push = PushMessage.Marshaller.Parse(new PushUp { Blocks = generated }.ToByteArray(), random.Next(1, 5000));
            using var pull = PullMessage.Marshaller.Parse(new PullDown { Blocks = generated }.ToByteArray(), random.Next(1, 5000));

            RandomBatches.AssertSame(generated, push.Blocks!);
            RandomBatches.AssertSame(generated, pull.Blocks!);
        }
    }

    [Fact]
    public void A_batch_that_was_read_is_written_again_as_the_same_bytes()
    {
        var (ours, generated) = RandomBatches.Make(new Random(7), offsets: true);
        ours.Dispose();
        var bytes = new PullDown { Blocks = generated }.ToByteArray();

        using var read = PullMessage.Marshaller.Parse(bytes);

        Assert.Equal(bytes, PullMessage.Marshaller.Serialize(read));
    }

    [Fact]
    public void Everything_but_blocks_travels_as_the_generated_message()
    {
        var id = ByteString.CopyFrom(new byte[32]);
        PushUp[] ups =
        [
            new() { Begin = new PushBegin { JobId = "job", Disks = { new PushDisk { DiskKey = "d", Length = 1 << 30 } } } },
            new() { Layout = new LayoutQuery { Disk = 1, Spans = { 1, 2, 3 } } },
            new() { Offer = new Offer { Sequence = 5, Ids = id } },
            new() { Span = new SpanMap { Disk = 1, Span = 99, Entries = id } },
            new() { Commit = new PushCommit { Consistency = Consistency.Application } },
            new() { Rebase = new PushRebase { PointId = "p" } },
            new(),
        ];
        foreach (var up in ups)
        {
            var bytes = PushMessage.Marshaller.Serialize(up);
            Assert.Equal(up.ToByteArray(), bytes);
            Assert.Equal(up, PushMessage.Marshaller.Parse(bytes, pieceLength: 7).Control);
        }

        PullDown[] downs = [new() { Began = new PullBegan { IdKey = id } }, new() { End = new PullEnd { Blocks = 3 } }, new()];
        foreach (var down in downs)
        {
            var bytes = PullMessage.Marshaller.Serialize(down);
            Assert.Equal(down.ToByteArray(), bytes);
            Assert.Equal(down, PullMessage.Marshaller.Parse(bytes).Control);
        }
    }

    [Fact]
    public void Blocks_in_a_generated_message_are_refused_before_they_are_sent()
    {
        Assert.Throws<ArgumentException>(() => new PushMessage(new PushUp { Blocks = new BlockBatch() }));
        Assert.Throws<ArgumentException>(() => new PullMessage(new PullDown { Blocks = new BlockBatch() }));
    }

    [Fact]
    public void Fields_of_a_later_version_are_skipped()
    {
        var (ours, generated) = RandomBatches.Make(new Random(3), offsets: true, blocksMax: 3);
        ours.Dispose();
        // A varint, a fixed64, a fixed32 and bytes with numbers that nobody has given out, at every level and place.
        byte[] later = [0xF8, 0x07, 0x96, 0x01, 0xF1, 0x07, 1, 2, 3, 4, 5, 6, 7, 8, 0xFD, 0x07, 1, 2, 3, 4, 0xFA, 0x07, 3, 9, 9, 9];
        var batch = generated.Blocks.SelectMany(block => Field(0x0A, [.. later, .. block.ToByteArray(), .. later])).ToArray();
        byte[] bytes = [.. later, .. Field(0x22, [.. later, .. batch, .. later]), .. later];

        using var read = PushMessage.Marshaller.Parse(bytes);

        RandomBatches.AssertSame(generated, read.Blocks!);
    }

    [Fact]
    public void A_batch_split_over_two_fields_is_one_batch_as_protobuf_demands()
    {
        var (first, one) = RandomBatches.Make(new Random(4), offsets: true);
        var (second, two) = RandomBatches.Make(new Random(5), offsets: true);
        first.Dispose();
        second.Dispose();
        byte[] bytes = [.. Field(0x22, one.ToByteArray()), .. Field(0x22, two.ToByteArray())];

        using var read = PushMessage.Marshaller.Parse(bytes);

        RandomBatches.AssertSame(PushUp.Parser.ParseFrom(bytes).Blocks, read.Blocks!);
        Assert.Equal(one.Blocks.Count + two.Blocks.Count, read.Blocks!.Count);
    }

    private static byte[] Field(byte tag, byte[] content)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            output.WriteRawTag(tag);
            output.WriteBytes(ByteString.CopyFrom(content));
        }

        return stream.ToArray();
    }
}
