using BackupFabric.Blocks.Maps;

namespace BackupFabric.Blocks.Spans;

/// <summary>
/// What a change to part of a span means for its leaf: which clusters must be read and cut again, and how the fresh entries fit among the old ones.
/// Pure functions; whatever the old leaf looks like, the result covers the span exactly.
/// </summary>
public static class SpanPatch
{
    /// <summary>
    /// Widens changed clusters to the ends of the old blocks they touch. A hole is not widened into: its untouched part still reads as zero,
    /// so it need not be read to know it. <paramref name="changed"/> and the result are ascending and disjoint.
    /// </summary>
    public static void Widen(List<SpanEntry> old, List<ClusterRange> changed, List<ClusterRange> regions)
    {
        regions.Clear();
        var next = 0;
        var start = 0;
        foreach (var entry in old)
        {
            var end = start + entry.Clusters;
            while (next < changed.Count && changed[next].End <= start) next++;
            for (var i = next; i < changed.Count && changed[i].Start < end; i++)
            {
                if (entry.IsHole)
                {
                    Add(regions, Math.Max(start, changed[i].Start), Math.Min(end, changed[i].End));
                    continue;
                }

                Add(regions, start, end);
                break;
            }

            start = end;
        }
    }

    /// <summary>The old entries outside <paramref name="regions"/> and the fresh ones inside; adjacent holes become one.</summary>
    /// <param name="fresh">The entries of all regions, one after the other; they cover the regions exactly.</param>
    public static void Merge(List<SpanEntry> old, List<ClusterRange> regions, List<SpanEntry> fresh, List<SpanEntry> merged)
    {
        merged.Clear();
        var (oldAt, oldStart, freshAt, position) = (0, 0, 0, 0);
        foreach (var region in regions)
        {
            Keep(region.Start);
            for (var covered = 0; covered < region.Length; freshAt++)
            {
                covered += fresh[freshAt].Clusters;
                Append(merged, fresh[freshAt]);
            }

            position = region.End;
        }

        Keep(old.Sum(e => e.Clusters));

        void Keep(int until)
        {
            while (position < until)
            {
                var entry = old[oldAt];
                var end = oldStart + entry.Clusters;
                if (end <= position)
                {
                    (oldAt, oldStart) = (oldAt + 1, end);
                    continue;
                }

                // Regions end where old blocks end, so only holes are ever taken in part.
                var taken = Math.Min(end, until) - position;
                if (!entry.IsHole && taken != entry.Clusters)
                    throw new InvalidOperationException($"A region ends inside an old block of {entry.Clusters} clusters.");
                Append(merged, entry with { Clusters = taken });
                position += taken;
            }
        }
    }

    /// <summary>A leaf that once covered fewer clusters (the disk has grown since) covers the new ones with a hole.</summary>
    public static void Extend(List<SpanEntry> old, int clusters)
    {
        var missing = clusters - old.Sum(e => e.Clusters);
        if (missing > 0) Append(old, new SpanEntry(missing, default));
    }

    private static void Append(List<SpanEntry> entries, SpanEntry entry)
    {
        if (entry.IsHole && entries.Count > 0 && entries[^1] is { IsHole: true } last)
            entries[^1] = last with { Clusters = last.Clusters + entry.Clusters };
        else
            entries.Add(entry);
    }

    private static void Add(List<ClusterRange> regions, int start, int end)
    {
        if (regions.Count > 0 && regions[^1].End == start)
            regions[^1] = new ClusterRange(regions[^1].Start, end - regions[^1].Start);
        else
            regions.Add(new ClusterRange(start, end - start));
    }
}
