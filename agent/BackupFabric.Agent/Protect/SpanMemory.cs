using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;

namespace BackupFabric.Agent.Protect;

/// <summary>
/// How the spans of a frozen disk were cut and hashed, so that a transfer that is taken up again need not read what was sent already.
/// Bounded; what does not fit is read again.
/// </summary>
internal sealed class SpanMemory(int entriesMax)
{
    private readonly ConcurrentDictionary<(int Disk, long Span), (ClusterRange[] Regions, SpanEntry[] Fresh)> _spans = new();
    private int _entries;

    public void Keep(SpanWork work, List<SpanEntry> fresh)
    {
        if (Interlocked.Add(ref _entries, fresh.Count) <= entriesMax) _spans[(work.Disk, work.Span)] = ([.. work.Regions], [.. fresh]);
        else Interlocked.Add(ref _entries, -fresh.Count);
    }

    /// <summary>False when the span is not remembered, or was cut in other regions than are wanted now.</summary>
    public bool TryRecall(SpanWork work, SpanScratch scratch)
    {
        if (!_spans.TryGetValue((work.Disk, work.Span), out var known) || !known.Regions.AsSpan().SequenceEqual(CollectionsMarshal.AsSpan(work.Regions))) return false;
        scratch.Cuts.Clear();
        var ids = scratch.IdsFor(known.Fresh.Length);
        var offset = 0;
        for (var i = 0; i < known.Fresh.Length; i++)
        {
            var entry = known.Fresh[i];
            scratch.Cuts.Add(new BlockCut(offset, entry.Clusters * Cluster.Size, entry.IsHole));
            ids[i] = entry.Id;
            offset += entry.Clusters * Cluster.Size;
        }

        return true;
    }
}
