using BackupFabric.Protos.Bulk;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Google.Protobuf;
using Grpc.Core;

namespace BackupFabric.Protos.Tests.Bulk;

/// <summary>
/// Goal: bytes from a stranger are read as the generated code reads them, or refused with InvalidArgument; nothing else happens.
/// Method: well-formed messages, damaged at random places with a fixed seed, through both parsers.
/// </summary>
public sealed class HostileBulkTests
{
    public static TheoryData<string, byte[]> Malformed => new()
    {
        { "cut off in a tag", [0x80] },
        { "cut off in a length", [0x22, 0xFF] },
        { "length beyond the message", [0x22, 0x05, 0x0A, 0x00] },
        { "length of 2^63", [0x22, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F] },
        { "length that is negative as a number of 32 bits", [0x22, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F] },
        { "varint of eleven bytes", [0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01] },
        { "varint beyond 64 bits", [0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02] },
        { "field number 0", [0x00, 0x00] },
        { "a group", [0x0B, 0x0C] },
        { "the end of a group that never began", [0x0C] },
        { "fixed64 cut off", [0x79, 1, 2, 3] },
        { "fixed32 cut off", [0x7D, 1, 2, 3] },
        { "a block without an id", [0x22, 0x02, 0x0A, 0x00] },
        { "an id of 31 bytes", [0x22, 0x23, 0x0A, 0x21, 0x0A, 0x1F, .. new byte[31]] },
        { "an id of 33 bytes", [0x22, 0x25, 0x0A, 0x23, 0x0A, 0x21, .. new byte[33]] },
        { "a block longer than its batch", [0x22, 0x24, 0x0A, 0x23, 0x0A, 0x20, .. new byte[33]] },
        { "a codec that no byte holds", [0x22, 0x27, 0x0A, 0x25, 0x0A, 0x20, .. new byte[32], 0x10, 0x80, 0x02] },
        { "a plain length beyond 2^31", [0x22, 0x2A, 0x0A, 0x28, 0x0A, 0x20, .. new byte[32], 0x18, 0x80, 0x80, 0x80, 0x80, 0x08] },
        { "blocks and another body", [0x22, 0x00, 0x0A, 0x00] },
        { "another body that is malformed", [0x0A, 0x01, 0xFF] },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void A_malformed_message_is_refused_with_a_sentence(string what, byte[] bytes)
    {
        var refused = Assert.Throws<RpcException>(() => PushMessage.Marshaller.Parse(bytes));

        Assert.True(refused.StatusCode == StatusCode.InvalidArgument, what);
        Assert.True(refused.TryGetProblem(out var problem));
        Assert.Equal("bulk-message-malformed", problem.Code);
        Assert.NotEmpty(problem.Advice);
    }

    [Fact]
    public void More_blocks_than_the_bound_are_refused_though_they_are_tiny()
    {
        var block = new SealedBlock { Id = ByteString.CopyFrom(new byte[32]) };
        var fits = new PushUp { Blocks = new BlockBatch { Blocks = { Enumerable.Repeat(block, BlockBatchBuffer.BlocksMax) } } };
        using var read = PushMessage.Marshaller.Parse(fits.ToByteArray());
        Assert.Equal(BlockBatchBuffer.BlocksMax, read.Blocks!.Count);

        fits.Blocks.Blocks.Add(block);
        var refused = Assert.Throws<RpcException>(() => PushMessage.Marshaller.Parse(fits.ToByteArray()));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    [Fact]
    public void Damaged_messages_are_refused_or_read_as_the_generated_code_reads_them()
    {
        var random = new Random(20_260);
        var (refused, read) = (0, 0);
        for (var round = 0; round < 40_000; round++)
        {
            var bytes = Damage(random, Sample(random));
            try
            {
                using var message = PushMessage.Marshaller.Parse(bytes, random.Next(1, 400));
                var theirs = PushUp.Parser.ParseFrom(bytes);
                if (message.Blocks is { } blocks) RandomBatches.AssertSame(theirs.Blocks, blocks);
                else Assert.Equal(theirs, message.Control);
                read++;
            }
            catch (RpcException failure) when (failure.StatusCode == StatusCode.InvalidArgument)
            {
                refused++;
            }
        }

        // Both ways must really have been tried.
        Assert.InRange(refused, 5_000, 35_000);
        Assert.InRange(read, 5_000, 35_000);
    }

    private static byte[] Sample(Random random)
    {
        if (random.Next(5) == 0) return new PushUp { Offer = new Offer { Sequence = 7, Ids = ByteString.CopyFrom(new byte[64]) } }.ToByteArray();
        var batch = new BlockBatch();
        for (var i = random.Next(4); i >= 0; i--)
        {
            var id = new byte[32];
            random.NextBytes(id);
            var payload = new byte[random.Next(200)];
            batch.Blocks.Add(new SealedBlock
            {
                Id = ByteString.CopyFrom(id),
                Codec = 1,
                PlainLength = (uint)random.Next(1 << 20),
                Payload = ByteString.CopyFrom(payload),
                Offset = (ulong)random.NextInt64(),
            });
        }

        return new PushUp { Blocks = batch }.ToByteArray();
    }

    private static byte[] Damage(Random random, byte[] bytes)
    {
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            switch (random.Next(5))
            {
                case 0:
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[random.Next(Math.Min(bytes.Length, 48))] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes = bytes[..random.Next(1, bytes.Length + 1)];
                    break;
                case 3:
                    bytes[random.Next(bytes.Length)] = 0xFF;
                    break;
                default:
                    var at = random.Next(bytes.Length);
                    bytes = [.. bytes[..at], .. bytes[random.Next(bytes.Length)..]];
                    if (bytes.Length == 0) bytes = [0];
                    break;
            }
        }

        return bytes;
    }
}
