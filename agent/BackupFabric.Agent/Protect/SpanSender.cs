using System.Collections.Concurrent;
using BackupFabric.Agent.Orders;
using BackupFabric.Agent.Ports;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.Protos.Bulk;
using BackupFabric.Protos.V1;
using Google.Protobuf;

namespace BackupFabric.Agent.Protect;

/// <summary>One span's way to the server: read, cut, hash, offer, compress what is lacking, send, describe.</summary>
internal sealed class SpanSender(
    PushStream push, IReadOnlyList<ISnapshotDisk> disks, IdKey key, BlockCodec codec, CpuBench bench, SpanMemory memory, TransferLimits limits, JobMeter meter)
{
    private const int OfferIdsMax = 4096;

    private readonly KnownIds _known = new(limits.KnownIds);
    private readonly ByteBudget _budget = new(limits.BytesInFlight);
    private readonly ConcurrentBag<SpanScratch> _scratches = [];

    public async Task SendAsync(SpanWork work, CancellationToken cancellation)
    {
        if (!_scratches.TryTake(out var scratch)) scratch = new SpanScratch();
        using var buffer = new SpanBuffer(_budget, work.Plan.RegionBytes);
        try
        {
            if (!memory.TryRecall(work, scratch.Span))
            {
                await LoadAsync(work, buffer, cancellation);
                using (var place = await bench.TakeAsync(cancellation)) scratch.Span.Cut(work.Plan, buffer.Bytes.Span, place.Cutter, key);
                memory.Keep(work, scratch.Span.Fresh);
            }

            Compare(work, scratch);
            await OfferAsync(work, scratch, buffer, cancellation);
            await DescribeAsync(work, scratch, cancellation);
        }
        finally
        {
            _scratches.Add(scratch);
        }
    }

    private async Task LoadAsync(SpanWork work, SpanBuffer buffer, CancellationToken cancellation)
    {
        await buffer.TakeAsync(cancellation);
        work.Plan.ClearGaps(buffer.Bytes.Span);
        foreach (var read in work.Plan.Reads) await disks[work.Disk].ReadAsync(read.Offset, buffer.Bytes.Slice(read.At, read.Length), cancellation);
        meter.Read(work.Plan.ReadBytes);
    }

    /// <summary>What is new against the base and against what this transfer has offered already.</summary>
    private void Compare(SpanWork work, SpanScratch scratch)
    {
        RememberOld(work);
        scratch.Offered.Clear();
        for (var i = 0; i < scratch.Span.Cuts.Count; i++)
        {
            if (!scratch.Span.Cuts[i].IsHole && _known.Claim(scratch.Span.IdOf(i))) scratch.Offered.Add(i);
        }
    }

    // The base holds them, so the server does.
    private void RememberOld(SpanWork work)
    {
        foreach (var entry in work.Plan.Old)
        {
            if (!entry.IsHole) _known.Add(entry.Id);
        }
    }

    private async Task OfferAsync(SpanWork work, SpanScratch scratch, SpanBuffer buffer, CancellationToken cancellation)
    {
        for (var first = 0; first < scratch.Offered.Count; first += OfferIdsMax)
        {
            var count = Math.Min(OfferIdsMax, scratch.Offered.Count - first);
            meter.Offered(count);
            var need = await push.OfferAsync(scratch.Offer(first, count), cancellation);
            await SendNeededAsync(work, scratch, first, count, need, buffer, cancellation);
        }
    }

    private async Task SendNeededAsync(
        SpanWork work, SpanScratch scratch, int first, int count, Need need, SpanBuffer buffer, CancellationToken cancellation)
    {
        var next = 0;
        while (next < count && !SpanScratch.IsNeeded(need, next)) next++;
        if (next == count) return;
        // Remembered, but not stored after all: the stream broke before it came to that.
        if (!buffer.IsLoaded) await LoadAsync(work, buffer, cancellation);

        using var batch = new BlockBatchBuffer(push.BatchBytes);
        while (next < count)
        {
            using (var place = await bench.TakeAsync(cancellation)) next = Fill(batch, scratch, first, count, next, need, buffer.Bytes.Span, place.Sealer);
            if (batch.Count == 0) continue;
            var (blocks, payload) = (batch.Count, batch.PayloadBytes);
            await push.SendAsync(batch, cancellation);
            meter.Sent(blocks, payload);
            batch.Clear();
        }
    }

    private int Fill(
        BlockBatchBuffer batch, SpanScratch scratch, int first, int count, int next, Need need, ReadOnlySpan<byte> buffer, BlockSealer sealer)
    {
        Span<byte> id = stackalloc byte[BlockId.Size];
        for (; next < count; next++)
        {
            if (!SpanScratch.IsNeeded(need, next)) continue;
            var index = scratch.Offered[first + next];
            var cut = scratch.Span.Cuts[index];
            if (!batch.TryReserve(BlockSealer.BoundOf(cut.Length), out var payload)) break;
            var length = sealer.Seal(buffer.Slice(cut.Offset, cut.Length), codec, payload, out var used);
            scratch.Span.IdOf(index).Write(id);
            batch.AddReserved(id, (byte)used, cut.Length, length);
        }

        return next;
    }

    private async Task DescribeAsync(SpanWork work, SpanScratch scratch, CancellationToken cancellation)
    {
        if (!scratch.Span.Changes(work.Plan)) return;
        scratch.Leaf.Clear();
        SpanLeaf.Encode(scratch.Span.Merged, scratch.Leaf);
        var entries = UnsafeByteOperations.UnsafeWrap(scratch.Leaf.WrittenMemory);
        await push.SendAsync(new SpanMap { Disk = (uint)work.Disk, Span = (ulong)work.Plan.Span, Entries = entries }, cancellation);
    }
}
