using System.Buffers;
using BackupFabric.Agent.Orders;
using BackupFabric.Agent.Ports;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Protect;

/// <summary>
/// Distrust: reads a few places that change tracking calls unchanged and compares them with the base. No interface proves that tracking was
/// never bypassed; a small sample at every synchronization finds out sooner or later.
/// </summary>
internal sealed class ChangeAudit(BaseLayout layout, CuttingRules rules, IdKey key, TransferLimits limits, Random chance, JobMeter meter)
{
    /// <summary>False when an "unchanged" place differs from the base.</summary>
    public async Task<bool> HoldsAsync(int disk, DiskPlan plan, ISnapshotDisk reader, CancellationToken cancellation)
    {
        var places = Choose(plan);
        if (places.Count == 0) return true;
        var spans = places.ConvertAll(p => p / rules.SpanBytes).Distinct().ToList();
        var layouts = await layout.OfAsync(disk, plan.BaseLength!.Value, spans, cancellation);
        var budget = limits.AuditedBytes;
        foreach (var place in places)
        {
            var span = place / rules.SpanBytes;
            if (Find(layouts[spans.IndexOf(span)], span, place, plan) is not var (range, id) || range.Length > budget) continue;
            budget -= range.Length;
            if (!await MatchesAsync(reader, range, id, plan.Length, cancellation)) return false;
        }

        return true;
    }

    // Uniform over what is allocated and said to be unchanged, ascending.
    private List<long> Choose(DiskPlan plan)
    {
        var total = plan.Unchanged.TotalLength;
        var places = new List<long>();
        if (total == 0) return places;
        var wanted = Enumerable.Range(0, limits.AuditedPlaces).Select(_ => chance.NextInt64(total)).Order().ToList();
        var (passed, next) = (0L, 0);
        foreach (var range in plan.Unchanged.Ranges)
        {
            for (; next < wanted.Count && wanted[next] < passed + range.Length; next++)
            {
                var place = range.Offset + wanted[next] - passed;
                if (place < plan.BaseLength) places.Add(place);
            }

            passed += range.Length;
        }

        return places;
    }

    /// <summary>The old block at a place, or a piece of the hole there; null when part of the block changed anyway.</summary>
    private (DiskRange Range, BlockId Id)? Find(List<SpanEntry> entries, long span, long place, DiskPlan plan)
    {
        var at = span * rules.SpanBytes;
        foreach (var entry in entries)
        {
            var length = (long)entry.Clusters * Cluster.Size;
            if (place < at + length)
            {
                var range = entry.IsHole
                    ? new DiskRange(place / Cluster.Size * Cluster.Size, Cluster.Size)
                    : new DiskRange(at, length);
                return plan.Work.Clip(range.Offset, range.Length).TotalLength == 0 ? (range, entry.Id) : null;
            }

            at += length;
        }

        return null;
    }

    private async Task<bool> MatchesAsync(ISnapshotDisk reader, DiskRange range, BlockId id, long diskLength, CancellationToken cancellation)
    {
        var length = (int)range.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var inside = (int)Math.Min(length, diskLength - range.Offset);
            await reader.ReadAsync(range.Offset, buffer.AsMemory(0, inside), cancellation);
            buffer.AsSpan(inside, length - inside).Clear();
            meter.Read(inside);
            return id.IsZero ? !buffer.AsSpan(0, length).ContainsAnyExcept((byte)0) : key.IdOf(buffer.AsSpan(0, length)) == id;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
