using BackupFabric.Blocks.Maps;

namespace BackupFabric.Blocks.Spans;

/// <summary>Where two descriptions of one span differ. Pure.</summary>
public static class SpanDifference
{
    /// <summary>
    /// The clusters of <paramref name="now"/> that are not the same part of the same block as in <paramref name="old"/>. Beyond the old one's end, all that is not a hole.
    /// </summary>
    public static void Find(List<SpanEntry> old, List<SpanEntry> now, List<ClusterRange> differing)
    {
        differing.Clear();
        var (oldAt, oldStart, start) = (0, 0, 0);
        foreach (var entry in now)
        {
            for (var at = start; at < start + entry.Clusters;)
            {
                while (oldAt < old.Count && oldStart + old[oldAt].Clusters <= at) oldStart += old[oldAt++].Clusters;
                var was = oldAt < old.Count ? old[oldAt] : new SpanEntry(int.MaxValue - oldStart, BlockId.Zero);
                var end = Math.Min(start + entry.Clusters, oldStart + was.Clusters);
                var same = was.Id == entry.Id && (entry.IsHole || oldStart == start);
                if (!same) Add(differing, at, end);
                at = end;
            }

            start += entry.Clusters;
        }
    }

    private static void Add(List<ClusterRange> ranges, int start, int end)
    {
        if (ranges.Count > 0 && ranges[^1].End == start) ranges[^1] = ranges[^1] with { Length = end - ranges[^1].Start };
        else ranges.Add(new ClusterRange(start, end - start));
    }
}
