using System.Buffers;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.Protos.Bulk;
using BackupFabric.Protos.V1;
using Google.Protobuf;
using Grpc.Core;

namespace BackupFabric.Server.Tests.Kit;

/// <summary>A push stream, step by step, so that a test can stop it anywhere.</summary>
internal sealed class TestPush : IDisposable
{
    private readonly AsyncDuplexStreamingCall<PushMessage, PushDown> _call;
    private readonly BlockSealer _sealer = new();
    private ulong _sequence;
    private ulong _batches;
    private ulong _stored;

    private TestPush(AsyncDuplexStreamingCall<PushMessage, PushDown> call) => _call = call;

    public PushBegan Began { get; private set; } = null!;

    public long BlocksSent { get; private set; }

    public CuttingRules Rules { get; private set; } = null!;

    public IdKey Key { get; private set; } = null!;

    private static readonly BlockCodec[] Writable = [BlockCodec.Lz4, BlockCodec.Zstd, BlockCodec.None];

    public static PushBegin BeginFor(WorkOrder order, string basePoint, params TestDisk[] disks)
    {
        var begin = new PushBegin { Ticket = order.Ticket, JobId = order.JobId, Attempt = order.Attempt, Epoch = order.Epoch };
        begin.Codecs.AddRange(Writable.Where(BlockSealer.Supports).Select(codec => (uint)codec));
        begin.Disks.AddRange(disks.Select(disk => new PushDisk { DiskKey = disk.Key, Length = (ulong)disk.Length, BasePointId = basePoint }));
        return begin;
    }

    public static async Task<TestPush> OpenAsync(TestAgent agent, PushBegin begin)
    {
        var push = new TestPush(agent.Transfer.Push(TestContext.Current.CancellationToken));
        await push.SendAsync(new PushUp { Begin = begin });
        push.Began = (await push.ReadAsync(PushDown.BodyOneofCase.Began)).Began;
        var cutting = push.Began.Cutting;
        push.Rules = new CuttingRules(
            cutting.Seed, (int)cutting.LeastClusters, (int)cutting.AverageClusters, (int)cutting.GreatestClusters, (int)cutting.SpanClusters, (int)cutting.ZeroRunClusters);
        push.Key = new IdKey(push.Began.IdKey.Span);
        return push;
    }

    public Task SendAsync(PushUp message) => WriteAsync(message);

    /// <summary>Reads until an answer of that kind; acknowledgements in between are noted.</summary>
    public async Task<PushDown> ReadAsync(PushDown.BodyOneofCase wanted)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (await _call.ResponseStream.MoveNext(limit.Token))
        {
            var message = _call.ResponseStream.Current;
            if (message.BodyCase == PushDown.BodyOneofCase.Stored) _stored = message.Stored.Batches;
            if (message.BodyCase == wanted) return message;
        }

        throw new InvalidOperationException($"The stream ended without '{wanted}'.");
    }

    public async Task DiskAsync(int index, TestDisk disk, Func<long, bool>? only = null)
    {
        for (long span = 0; span < Rules.SpansOf(disk.Length); span++)
            if (only is null || only(span)) await SpanAsync(index, disk, span);
    }

    public async Task SpanAsync(int index, TestDisk disk, long span, bool withBlocks = true)
    {
        var buffer = disk.Span(span, Rules.SpanBytes);
        var cuts = new List<BlockCut>();
        new Cutter(Rules).Cut(buffer, cuts);
        var ids = new BlockId[cuts.Count];
        Key.IdsOf(buffer, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(cuts), ids);
        if (withBlocks) await BlocksAsync(buffer, cuts, ids);
        var entries = cuts.Select((cut, i) => new SpanEntry(cut.Length / Cluster.Size, cut.IsHole ? BlockId.Zero : ids[i])).ToList();
        var leaf = new ArrayBufferWriter<byte>();
        if (!entries.TrueForAll(entry => entry.IsHole)) SpanLeaf.Encode(entries, leaf);
        await SendAsync(new PushUp { Span = new SpanMap { Disk = (uint)index, Span = (ulong)span, Entries = ByteString.CopyFrom(leaf.WrittenSpan) } });
    }

    public async Task<string> CommitAsync(params TestDisk[] disks)
    {
        await SendAsync(new PushUp { Commit = CommitFor(disks) });
        return (await ReadAsync(PushDown.BodyOneofCase.Committed)).Committed.PointId;
    }

    public static PushCommit CommitFor(params TestDisk[] disks)
    {
        var commit = new PushCommit { Consistency = Consistency.Application, Configuration = new VmConfiguration { Name = "config" }.ToByteString() };
        commit.Disks.AddRange(disks.Select((disk, i) => new CommitDisk
        {
            DiskKey = disk.Key,
            Length = (ulong)disk.Length,
            Path = @"D:\VMs\system.vhdx",
            Location = $"SCSI 0:{i}",
            LogicalSector = 512,
            PhysicalSector = 4096,
            BlockSize = 1 << 20,
        }));
        return commit;
    }

    public async Task<Rebased> RebaseAsync(string pointId, string referencePoint, params TestDisk[] disks)
    {
        var baseline = new Baseline { PointId = pointId, ReferencePointId = referencePoint };
        baseline.Disks.AddRange(disks.Select(disk => new DiskBaseline { DiskKey = disk.Key, Length = (ulong)disk.Length, ChangeTrackingId = "rct:" + referencePoint }));
        await SendAsync(new PushUp { Rebase = new PushRebase { PointId = pointId, Baseline = baseline } });
        return (await ReadAsync(PushDown.BodyOneofCase.Rebased)).Rebased;
    }

    /// <summary>Waits until the server has acknowledged every batch.</summary>
    public async Task AllStoredAsync()
    {
        while (_stored < _batches) await ReadAsync(PushDown.BodyOneofCase.Stored);
    }

    public async Task EndAsync()
    {
        await _call.RequestStream.CompleteAsync();
        while (await _call.ResponseStream.MoveNext(CancellationToken.None)) Assert.Equal(PushDown.BodyOneofCase.Stored, _call.ResponseStream.Current.BodyCase);
    }

    public async Task SendBlockAsync(ReadOnlyMemory<byte> id, BlockCodec codec, int plainLength, ReadOnlyMemory<byte> payload)
    {
        using var batch = new BlockBatchBuffer();
        Assert.True(batch.TryAdd(id.Span, (byte)codec, plainLength, payload.Span));
        await WriteAsync(new PushMessage(batch));
        _batches++;
    }

    public void Dispose()
    {
        _call.Dispose();
        _sealer.Dispose();
    }

    private async Task WriteAsync(PushMessage message)
    {
        try
        {
            await _call.RequestStream.WriteAsync(message);
        }
        catch (Exception refused) when (refused is InvalidOperationException or RpcException)
        {
            // Why the call ended, only the reading side is told.
            while (await _call.ResponseStream.MoveNext(CancellationToken.None)) continue;
            throw;
        }
    }

    private async Task BlocksAsync(byte[] buffer, List<BlockCut> cuts, BlockId[] ids)
    {
        var wanted = Enumerable.Range(0, cuts.Count).Where(i => !cuts[i].IsHole).DistinctBy(i => ids[i]).ToList();
        if (wanted.Count == 0) return;
        var offer = new byte[wanted.Count * BlockId.Size];
        for (var i = 0; i < wanted.Count; i++) ids[wanted[i]].Write(offer.AsSpan(i * BlockId.Size));
        await SendAsync(new PushUp { Offer = new Offer { Sequence = ++_sequence, Ids = ByteString.CopyFrom(offer) } });
        var need = (await ReadAsync(PushDown.BodyOneofCase.Need)).Need;
        Assert.Equal(_sequence, need.Sequence);

        using var batch = new BlockBatchBuffer();
        for (var i = 0; i < wanted.Count; i++)
        {
            if ((need.Bitmap[i / 8] >> (i % 8) & 1) == 0) continue;
            await AddAsync(batch, buffer, cuts[wanted[i]], offer.AsMemory(i * BlockId.Size, BlockId.Size));
            BlocksSent++;
        }

        await FlushAsync(batch);
    }

    private async Task AddAsync(BlockBatchBuffer batch, byte[] buffer, BlockCut cut, ReadOnlyMemory<byte> id)
    {
        var payload = new byte[BlockSealer.BoundOf(cut.Length)];
        var length = _sealer.Seal(buffer.AsSpan(cut.Offset, cut.Length), (BlockCodec)Began.Codec, payload, out var used);
        if (batch.TryAdd(id.Span, (byte)used, cut.Length, payload.AsSpan(0, length))) return;
        await FlushAsync(batch);
        Assert.True(batch.TryAdd(id.Span, (byte)used, cut.Length, payload.AsSpan(0, length)));
    }

    private async Task FlushAsync(BlockBatchBuffer batch)
    {
        if (batch.Count == 0) return;
        // As an agent must: no more on the way than the server allows.
        while (_batches - _stored >= Began.BatchesInFlightMax) await ReadAsync(PushDown.BodyOneofCase.Stored);
        await WriteAsync(new PushMessage(batch));
        batch.Clear();
        _batches++;
    }
}
