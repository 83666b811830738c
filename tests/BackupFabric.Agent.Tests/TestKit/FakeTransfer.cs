using BackupFabric.Blocks;
using BackupFabric.Protos.Bulk;
using BackupFabric.Protos.V1;
using Google.Protobuf;
using Grpc.Core;

namespace BackupFabric.Agent.Tests.TestKit;

/// <summary>The data plane as block_transfer.proto describes it, strict about everything that an agent could get wrong.</summary>
internal sealed class FakeTransfer(FakeRepository repository) : BlockTransferBase
{
    public override async Task Push(IAsyncStreamReader<PushMessage> requestStream, IServerStreamWriter<PushDown> responseStream, ServerCallContext context)
    {
        Interlocked.Increment(ref repository.Streams);
        Assert.True(await requestStream.MoveNext(context.CancellationToken));
        var begin = requestStream.Current.Control!.Begin;
        var disks = begin.Disks.Select(Open).ToList();
        var began = new PushBegan
        {
            Cutting = Terms(repository.Rules),
            IdKey = ByteString.CopyFrom(repository.Key.Bytes),
            Codec = (uint)BlockCodec.Lz4,
            BatchBytesMax = 1 << 20,
            BatchesInFlightMax = 4,
        };
        began.HasBase.AddRange(begin.Disks.Select(d => BaseOf(d) is not null));
        var pointId = begin.JobId;
        if (repository.Points.ContainsKey(pointId)) began.Committed = new Committed { PointId = pointId };
        await responseStream.WriteAsync(new PushDown { Began = began }, context.CancellationToken);

        ulong batches = 0;
        using var sealer = new BlockSealer();
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            using var message = requestStream.Current;
            if (message.Blocks is { } blocks)
            {
                if (repository.Faults.HoldBatches is { } hold) await hold.Task.WaitAsync(context.CancellationToken);
                Store(blocks, sealer);
                await responseStream.WriteAsync(new PushDown { Stored = new Stored { Batches = ++batches } }, context.CancellationToken);
                if (repository.Faults.BreakAfterBatches is { } after && batches >= (ulong)after)
                {
                    repository.Faults.BreakAfterBatches = null;
                    if (repository.Faults.LoseBlocksAtBreak) repository.Blocks.Clear();
                    throw Broken();
                }
            }
            else if (await AnswerAsync(message.Control!, begin, disks, pointId, context) is { } answer)
            {
                await responseStream.WriteAsync(answer, context.CancellationToken);
            }
        }
    }

    public override async Task Pull(PullRequest request, IServerStreamWriter<PullMessage> responseStream, ServerCallContext context)
    {
        var point = repository.Points.Values.Last(p => p.Disks.ContainsKey(request.DiskKey));
        var disk = point.Disks[request.DiskKey];
        Assert.Equal(0, (long)request.FromOffset % repository.Rules.SpanBytes);
        await responseStream.WriteAsync(new PullDown
        {
            Began = new PullBegan { IdKey = ByteString.CopyFrom(repository.Key.Bytes), Length = (ulong)disk.Length, SpanBytes = (ulong)repository.Rules.SpanBytes },
        });
        var (sent, bytes) = (0, 0L);
        using var sealer = new BlockSealer();
        using var batch = new BlockBatchBuffer();
        var payload = new byte[BlockSealer.BoundOf(repository.Rules.GreatestBytes)];
        foreach (var (id, offset) in BlocksOf(disk, (long)request.FromOffset))
        {
            var plain = (byte[])repository.Blocks[id].Clone();
            if (repository.Faults.DamagePull && sent == 3) plain[7] ^= 1;
            Add(batch, id, offset, plain, sealer, payload);
            (sent, bytes) = (sent + 1, bytes + plain.Length);
            if (sent % 5 == 0) await FlushAsync(batch, responseStream);
            if (repository.Faults.BreakPullAfterBlocks is { } after && sent >= after)
            {
                repository.Faults.BreakPullAfterBlocks = null;
                throw Broken();
            }
        }

        await FlushAsync(batch, responseStream);
        await responseStream.WriteAsync(new PullDown { End = new PullEnd { Blocks = (ulong)sent, Bytes = (ulong)bytes } });
    }

    private static void Add(BlockBatchBuffer batch, BlockId id, long offset, byte[] plain, BlockSealer sealer, byte[] payload)
    {
        var idBytes = new byte[BlockId.Size];
        id.Write(idBytes);
        var length = sealer.Seal(plain, BlockCodec.Lz4, payload, out var used);
        Assert.True(batch.TryAdd(idBytes, (byte)used, plain.Length, payload.AsSpan(0, length), offset));
    }

    private static async Task FlushAsync(BlockBatchBuffer batch, IServerStreamWriter<PullMessage> stream)
    {
        if (batch.Count > 0) await stream.WriteAsync(new PullMessage(batch));
        batch.Clear();
    }

    private IEnumerable<(BlockId Id, long Offset)> BlocksOf(FakeDisk disk, long from)
    {
        foreach (var (span, leaf) in disk.Leaves)
        {
            var at = span * repository.Rules.SpanBytes;
            foreach (var entry in repository.Decode(leaf, disk.Length, span))
            {
                if (!entry.IsHole && at >= from) yield return (entry.Id, at);
                at += (long)entry.Clusters * Cluster.Size;
            }
        }
    }

    private FakeDisk? BaseOf(PushDisk disk) => disk.BasePointId.Length > 0 && repository.Points.TryGetValue(disk.BasePointId, out var point)
        ? point.Disks.GetValueOrDefault(disk.DiskKey)
        : null;

    private FakeDisk Open(PushDisk disk) => new((long)disk.Length, BaseOf(disk) is { } basis ? new(basis.Leaves) : []);

    private void Store(BlockBatchBuffer blocks, BlockSealer sealer)
    {
        for (var i = 0; i < blocks.Count; i++)
        {
            var plain = new byte[blocks[i].PlainLength];
            Assert.True(sealer.TryOpen((BlockCodec)blocks[i].Codec, blocks[i].Payload, plain));
            var id = BlockId.Read(blocks[i].Id);
            Assert.Equal(id, repository.Key.IdOf(plain));
            repository.Blocks[id] = plain;
            repository.Received.AddOrUpdate(id, 1, (_, n) => n + 1);
        }
    }

    private async Task<PushDown?> AnswerAsync(PushUp message, PushBegin begin, List<FakeDisk> disks, string pointId, ServerCallContext context)
    {
        switch (message.BodyCase)
        {
            case PushUp.BodyOneofCase.Offer:
                return new PushDown { Need = NeedFor(message.Offer) };
            case PushUp.BodyOneofCase.Layout:
                Interlocked.Increment(ref repository.LayoutsAsked);
                return new PushDown { Layout = LayoutFor(message.Layout, begin) };
            case PushUp.BodyOneofCase.Span:
                Interlocked.Increment(ref repository.SpansReceived);
                var (disk, span) = (disks[(int)message.Span.Disk], (long)message.Span.Span);
                if (message.Span.Entries.IsEmpty) disk.Leaves.Remove(span);
                else disk.Leaves[span] = message.Span.Entries.ToByteArray();
                return null;
            case PushUp.BodyOneofCase.Commit:
                Commit(message.Commit, begin, disks, pointId);
                if (repository.Faults.LoseCommitted) return await LostAsync(() => repository.Faults.LoseCommitted = false);
                return new PushDown { Committed = new Committed { PointId = pointId } };
            case PushUp.BodyOneofCase.Rebase:
                var rebased = new Rebased();
                var next = message.Rebase.Baseline.ReferencePointId;
                if (repository.Baseline?.ReferencePointId is { } old && old != next) rebased.ObsoleteReferencePoints.Add(old);
                if (repository.Faults.LoseRebased) return await LostAsync(() => repository.Faults.LoseRebased = false);
                repository.Baseline = message.Rebase.Baseline;
                return new PushDown { Rebased = rebased };
            default:
                throw new RpcException(new Status(StatusCode.InvalidArgument, $"A {message.BodyCase} has no place here."));
        }
    }

    private Task<PushDown?> LostAsync(Action once)
    {
        once();
        throw Broken();
    }

    private Need NeedFor(Offer offer)
    {
        var ids = offer.Ids.Span;
        Assert.InRange(ids.Length / BlockId.Size, 1, 4096);
        var bitmap = new byte[(ids.Length / BlockId.Size + 7) / 8];
        for (var i = 0; i * BlockId.Size < ids.Length; i++)
        {
            var id = BlockId.Read(ids[(i * BlockId.Size)..]);
            Assert.False(id.IsZero, "A hole was offered.");
            repository.Offered.AddOrUpdate(id, 1, (_, n) => n + 1);
            if (!repository.Blocks.ContainsKey(id)) bitmap[i / 8] |= (byte)(1 << (i % 8));
        }

        return new Need { Sequence = offer.Sequence, Bitmap = ByteString.CopyFrom(bitmap) };
    }

    private LayoutReply LayoutFor(LayoutQuery query, PushBegin begin)
    {
        Assert.InRange(query.Spans.Count, 1, 64);
        var basis = BaseOf(begin.Disks[(int)query.Disk]);
        Assert.NotNull(basis);
        var reply = new LayoutReply { Disk = query.Disk };
        foreach (var span in query.Spans)
        {
            Assert.True((long)span < repository.Rules.SpansOf(basis.Length), "A span beyond the base's end was asked for.");
            var entries = repository.Faults.LieAboutLayout ? [1, 2, 3] : basis.Leaves.GetValueOrDefault((long)span) ?? [];
            reply.Spans.Add(new SpanMap { Disk = query.Disk, Span = span, Entries = ByteString.CopyFrom(entries) });
        }

        return reply;
    }

    private void Commit(PushCommit commit, PushBegin begin, List<FakeDisk> disks, string pointId)
    {
        foreach (var disk in disks)
        {
            foreach (var (span, leaf) in disk.Leaves)
            {
                foreach (var entry in repository.Decode(leaf, disk.Length, span))
                    Assert.True(entry.IsHole || repository.Blocks.ContainsKey(entry.Id), "A span names a block that never came.");
            }
        }

        var named = begin.Disks.Zip(disks).ToDictionary(d => d.First.DiskKey, d => d.Second);
        Assert.True(repository.Points.TryAdd(pointId, new FakePoint(named, commit)));
    }

    private static CuttingTerms Terms(CuttingRules rules) => new()
    {
        Seed = rules.Seed,
        LeastClusters = (uint)rules.LeastClusters,
        AverageClusters = (uint)rules.AverageClusters,
        GreatestClusters = (uint)rules.GreatestClusters,
        SpanClusters = (uint)rules.SpanClusters,
        ZeroRunClusters = (uint)rules.ZeroRunClusters,
    };

    private RpcException Broken() => new(new Status(repository.Faults.BreaksAs, "The server is being restarted."));
}
