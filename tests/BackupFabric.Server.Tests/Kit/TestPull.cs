using BackupFabric.Blocks;
using BackupFabric.Protos.V1;

namespace BackupFabric.Server.Tests.Kit;

/// <summary>Pulls one disk into memory and checks what the protocol promises on the way.</summary>
internal static class TestPull
{
    public static PullRequest RequestFor(WorkOrder order, string diskKey, ulong fromOffset = 0, params BlockCodec[] codecs)
    {
        var request = new PullRequest { Ticket = order.Ticket, JobId = order.JobId, Attempt = order.Attempt, DiskKey = diskKey, FromOffset = fromOffset };
        request.Codecs.AddRange(codecs.DefaultIfEmpty(BlockCodec.Lz4).Select(codec => (uint)codec));
        return request;
    }

    /// <summary>The bytes from <paramref name="request"/>'s offset on; before it zero.</summary>
    public static async Task<byte[]> RunAsync(TestAgent agent, PullRequest request, Action<BlockCodec>? seen = null)
    {
        using var call = agent.Transfer.Pull(request, TestContext.Current.CancellationToken);
        using var sealer = new BlockSealer();
        byte[]? disk = null;
        IdKey? key = null;
        long last = -1;
        ulong blocks = 0;
        while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            using var message = call.ResponseStream.Current;
            if (message.Control?.Began is { } began)
            {
                (disk, key) = (new byte[Cluster.Covering((long)began.Length) * Cluster.Size], new IdKey(began.IdKey.Span));
            }
            else if (message.Control?.End is { } end)
            {
                Assert.Equal(end.Blocks, blocks);
                return disk!;
            }
            else
            {
                for (var i = 0; i < message.Blocks!.Count; i++)
                {
                    var block = message.Blocks[i];
                    Assert.True(block.Offset > last, "Blocks must come in ascending order of their offsets.");
                    last = block.Offset;
                    var plain = disk.AsSpan((int)block.Offset, block.PlainLength);
                    Assert.True(sealer.TryOpen((BlockCodec)block.Codec, block.Payload, plain));
                    Assert.Equal(BlockId.Read(block.Id), key!.IdOf(plain));
                    seen?.Invoke((BlockCodec)block.Codec);
                    blocks++;
                }
            }
        }

        throw new InvalidOperationException("The pull ended without its end.");
    }
}
