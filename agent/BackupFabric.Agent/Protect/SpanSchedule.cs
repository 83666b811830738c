using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Protect;

/// <summary>Turns a disk's work ranges into spans, in ascending order. Pure.</summary>
internal static class SpanSchedule
{
    /// <summary>The ranges that fall into each touched span.</summary>
    public static IEnumerable<(long Span, List<DiskRange> Ranges)> Touched(Extents work, CuttingRules rules)
    {
        var (span, ranges) = (-1L, new List<DiskRange>());
        foreach (var range in work.Ranges)
        {
            for (var at = range.Offset; at < range.End;)
            {
                var current = at / rules.SpanBytes;
                if (current != span && ranges.Count > 0)
                {
                    yield return (span, ranges);
                    ranges = [];
                }

                span = current;
                var end = Math.Min(range.End, (current + 1) * rules.SpanBytes);
                ranges.Add(new DiskRange(at, end - at));
                at = end;
            }
        }

        if (ranges.Count > 0) yield return (span, ranges);
    }

    /// <summary>A span read without a base: cut from its start to its end, reading only what is allocated.</summary>
    public static SpanWork Full(int disk, long span, List<DiskRange> allocated, long length, CuttingRules rules)
    {
        var clusters = ClustersOf(span, length, rules);
        return new SpanWork(disk, span, clusters, [new SpanEntry(clusters, default)], [new ClusterRange(0, clusters)], allocated, IsNew: false);
    }

    /// <summary>A span of which <paramref name="ranges"/> changed since <paramref name="old"/> was made.</summary>
    public static SpanWork Changed(int disk, long span, List<DiskRange> ranges, List<SpanEntry> old, long baseLength, long length, CuttingRules rules)
    {
        var clusters = ClustersOf(span, length, rules);
        SpanPatch.Extend(old, clusters);
        var changed = ranges.ConvertAll(r => ToClusters(r, span, rules));
        var regions = new List<ClusterRange>();
        SpanPatch.Widen(old, changed, regions);
        var reads = regions.ConvertAll(r => ToBytes(r, span, length, rules));
        return new SpanWork(disk, span, clusters, old, regions, reads, IsNew: ClustersOf(span, baseLength, rules) != clusters);
    }

    public static int ClustersOf(long span, long length, CuttingRules rules) =>
        (int)Math.Clamp(Cluster.Covering(length) - span * rules.SpanClusters, 0, rules.SpanClusters);

    private static ClusterRange ToClusters(DiskRange range, long span, CuttingRules rules)
    {
        var first = (range.Offset - span * rules.SpanBytes) / Cluster.Size;
        var end = Cluster.Covering(range.End - span * rules.SpanBytes);
        return new ClusterRange((int)first, (int)(end - first));
    }

    private static DiskRange ToBytes(ClusterRange range, long span, long length, CuttingRules rules)
    {
        var offset = span * rules.SpanBytes + (long)range.Start * Cluster.Size;
        return new DiskRange(offset, Math.Min((long)range.Length * Cluster.Size, length - offset));
    }
}
