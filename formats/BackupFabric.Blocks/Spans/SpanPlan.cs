using BackupFabric.Blocks.Maps;

namespace BackupFabric.Blocks.Spans;

/// <summary>One span to be read in part or whole and described anew.</summary>
/// <param name="Clusters">Of this span; the last span of a disk may be shorter.</param>
/// <param name="Old">The base's entries, covering the span; one hole when there is no base.</param>
/// <param name="Regions">What is cut again. Everything outside keeps its old entries.</param>
/// <param name="Reads">What to read for that, ascending; the rest of the regions is zero.</param>
/// <param name="IsNew">No leaf of the base would be right if nothing were given, even if the entries come out the same.</param>
public sealed record SpanPlan(long Span, int Clusters, List<SpanEntry> Old, List<ClusterRange> Regions, List<SpanRead> Reads, bool IsNew)
{
    /// <summary>Room for all regions, one after the other.</summary>
    public int RegionBytes { get; } = Regions.Sum(r => r.Length) * Cluster.Size;

    public long ReadBytes { get; } = Reads.Sum(r => (long)r.Length);

    /// <summary>Zeroes what no read fills: unallocated places, and the last cluster beyond the disk's end.</summary>
    public void ClearGaps(Span<byte> regions)
    {
        var at = 0;
        foreach (var read in Reads)
        {
            regions[at..read.At].Clear();
            at = read.At + read.Length;
        }

        regions[at..RegionBytes].Clear();
    }
}
