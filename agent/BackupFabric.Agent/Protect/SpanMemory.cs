using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using BackupFabric.Blocks.Maps;
using BackupFabric.Blocks.Spans;

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
        if (Interlocked.Add(ref _entries, fresh.Count) <= entriesMax) _spans[(work.Disk, work.Plan.Span)] = ([.. work.Plan.Regions], [.. fresh]);
        else Interlocked.Add(ref _entries, -fresh.Count);
    }

    /// <summary>False when the span is not remembered, or was cut in other regions than are wanted now.</summary>
    public bool TryRecall(SpanWork work, SpanCuts cuts)
    {
        if (!_spans.TryGetValue((work.Disk, work.Plan.Span), out var known)) return false;
        if (!known.Regions.AsSpan().SequenceEqual(CollectionsMarshal.AsSpan(work.Plan.Regions))) return false;
        cuts.Recall(work.Plan, known.Fresh);
        return true;
    }
}
