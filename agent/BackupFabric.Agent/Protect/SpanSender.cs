using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using BackupFabric.Agent.Orders;
using BackupFabric.Agent.Ports;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.Disks;
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
        using var buffer = new SpanBuffer(_budget, work.RegionBytes);
        try
        {
            if (memory.TryRecall(work, scratch))
            {
                Compare(work, scratch);
            }
            else
            {
                await LoadAsync(work, buffer, cancellation);
                using (var place = await bench.TakeAsync(cancellation)) Cut(work, buffer.Bytes.Span, place, scratch);
                Compare(work, scratch);
                memory.Keep(work, scratch.Fresh);
            }

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
        var readBytes = work.ReadBytes;
        // What is not read is zero: unallocated places, and the last cluster beyond the disk's end.
        if (readBytes < work.RegionBytes) buffer.Bytes.Span.Clear();
        var disk = disks[work.Disk];
        var (region, regionAt) = (0, 0);
        foreach (var read in work.Reads)
        {
            var at = SpanOffset(work, read);
            for (; at >= (long)work.Regions[region].End * Cluster.Size; region++) regionAt += work.Regions[region].Length * Cluster.Size;
            var place = regionAt + (int)(at - (long)work.Regions[region].Start * Cluster.Size);
            await disk.ReadAsync(read.Offset, buffer.Bytes.Slice(place, (int)read.Length), cancellation);
        }

        meter.Read(readBytes);
    }

    private long SpanOffset(SpanWork work, DiskRange read) => read.Offset - work.Span * SpanBytes;

    private long SpanBytes { get; } = (long)push.Began.Cutting.SpanClusters * Cluster.Size;

    private void Cut(SpanWork work, ReadOnlySpan<byte> buffer, CpuBench.Place place, SpanScratch scratch)
    {
        var cuts = scratch.Cuts;
        cuts.Clear();
        var regionAt = 0;
        foreach (var region in work.Regions)
        {
            var (first, length) = (cuts.Count, region.Length * Cluster.Size);
            place.Cutter.Cut(buffer.Slice(regionAt, length), cuts);
            // The cutter counts from the region's start, we from the buffer's.
            for (var i = first; i < cuts.Count && regionAt > 0; i++) cuts[i] = cuts[i] with { Offset = cuts[i].Offset + regionAt };
            regionAt += length;
        }

        key.IdsOf(buffer, CollectionsMarshal.AsSpan(cuts), scratch.IdsFor(cuts.Count));
    }

    /// <summary>What is new against the base and against what this transfer has offered already.</summary>
    private void Compare(SpanWork work, SpanScratch scratch)
    {
        RememberOld(work);
        scratch.Fresh.Clear();
        scratch.Offered.Clear();
        for (var i = 0; i < scratch.Cuts.Count; i++)
        {
            var (cut, id) = (scratch.Cuts[i], scratch.Ids[i]);
            scratch.Fresh.Add(new SpanEntry(cut.Length / Cluster.Size, id));
            if (!cut.IsHole && _known.Claim(id)) scratch.Offered.Add(i);
        }

        SpanPatch.Merge(work.Old, work.Regions, scratch.Fresh, scratch.Merged);
    }

    // The base holds them, so the server does.
    private void RememberOld(SpanWork work)
    {
        foreach (var entry in work.Old)
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
            var cut = scratch.Cuts[index];
            if (!batch.TryReserve(BlockSealer.BoundOf(cut.Length), out var payload)) break;
            var length = sealer.Seal(buffer.Slice(cut.Offset, cut.Length), codec, payload, out var used);
            scratch.Ids[index].Write(id);
            batch.AddReserved(id, (byte)used, cut.Length, length);
        }

        return next;
    }

    private async Task DescribeAsync(SpanWork work, SpanScratch scratch, CancellationToken cancellation)
    {
        if (!work.IsNew && CollectionsMarshal.AsSpan(scratch.Merged).SequenceEqual(CollectionsMarshal.AsSpan(work.Old))) return;
        scratch.Leaf.Clear();
        var hole = scratch.Merged.Count == 1 && scratch.Merged[0].IsHole;
        if (!hole) SpanLeaf.Encode(scratch.Merged, scratch.Leaf);
        var entries = UnsafeByteOperations.UnsafeWrap(scratch.Leaf.WrittenMemory);
        await push.SendAsync(new SpanMap { Disk = (uint)work.Disk, Span = (ulong)work.Span, Entries = entries }, cancellation);
    }
}
