using System.Runtime.CompilerServices;
using BackupFabric.Blocks.Maps;

namespace BackupFabric.Blocks.Spans;

/// <summary>Turns a disk's work ranges into spans to be read, in ascending order. Pure, and streaming: memory does not grow with the disk.</summary>
public static class SpanSchedule
{
    /// <summary>The parts of <paramref name="work"/> (ascending, disjoint) that fall into each touched span.</summary>
    public static async IAsyncEnumerable<(long Span, List<ByteRange> Ranges)> TouchedAsync(
        IAsyncEnumerable<ByteRange> work, CuttingRules rules, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (span, ranges) = (-1L, new List<ByteRange>());
        await foreach (var range in work.WithCancellation(cancellation))
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
                ranges.Add(new ByteRange(at, end - at));
                at = end;
            }
        }

        if (ranges.Count > 0) yield return (span, ranges);
    }

    /// <summary>A span read without a base: cut from its start to its end, reading only what is allocated.</summary>
    public static SpanPlan Full(long span, List<ByteRange> allocated, long length, CuttingRules rules)
    {
        var clusters = ClustersOf(span, length, rules);
        var start = span * rules.SpanBytes;
        var reads = allocated.ConvertAll(range => new SpanRead(range.Offset, (int)range.Length, (int)(range.Offset - start)));
        return new SpanPlan(span, clusters, [new SpanEntry(clusters, default)], [new ClusterRange(0, clusters)], reads, IsNew: false);
    }

    /// <summary>A span of which <paramref name="ranges"/> changed since <paramref name="old"/> was made.</summary>
    public static SpanPlan Changed(long span, List<ByteRange> ranges, List<SpanEntry> old, long baseLength, long length, CuttingRules rules)
    {
        var clusters = ClustersOf(span, length, rules);
        SpanPatch.Extend(old, clusters);
        var changed = ToClusters(ranges, span, rules);
        var regions = new List<ClusterRange>();
        SpanPatch.Widen(old, changed, regions);
        return new SpanPlan(span, clusters, old, regions, ReadsOf(regions, span, length, rules), IsNew: ClustersOf(span, baseLength, rules) != clusters);
    }

    /// <summary>Clusters of one span; none where a shorter disk has ended.</summary>
    public static int ClustersOf(long span, long length, CuttingRules rules) =>
        (int)Math.Clamp(Cluster.Covering(length) - span * rules.SpanClusters, 0, rules.SpanClusters);

    /// <summary>Ranges that share a cluster, or touch, become one.</summary>
    private static List<ClusterRange> ToClusters(List<ByteRange> ranges, long span, CuttingRules rules)
    {
        var clusters = new List<ClusterRange>(ranges.Count);
        var start = span * rules.SpanBytes;
        foreach (var range in ranges)
        {
            var (first, end) = ((int)((range.Offset - start) / Cluster.Size), (int)Cluster.Covering(range.End - start));
            if (clusters.Count > 0 && first <= clusters[^1].End) clusters[^1] = clusters[^1] with { Length = end - clusters[^1].Start };
            else clusters.Add(new ClusterRange(first, end - first));
        }

        return clusters;
    }

    private static List<SpanRead> ReadsOf(List<ClusterRange> regions, long span, long length, CuttingRules rules)
    {
        var reads = new List<SpanRead>(regions.Count);
        var at = 0;
        foreach (var region in regions)
        {
            var offset = span * rules.SpanBytes + (long)region.Start * Cluster.Size;
            var bytes = region.Length * Cluster.Size;
            reads.Add(new SpanRead(offset, (int)Math.Min(bytes, length - offset), at));
            at += bytes;
        }

        return reads;
    }
}
