using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Protect;

/// <summary>One span to be read in part or whole and described anew.</summary>
/// <param name="Clusters">Of this span; the last span of a disk may be shorter.</param>
/// <param name="Old">The base's entries, covering the span; one hole when there is no base.</param>
/// <param name="Regions">What is cut again. Everything outside keeps its old entries.</param>
/// <param name="Reads">Bytes of the disk to read for that; the rest of the regions is zero.</param>
/// <param name="IsNew">The server has no leaf that would be right if nothing were sent, even if the entries come out the same.</param>
internal sealed record SpanWork(
    int Disk, long Span, int Clusters, List<SpanEntry> Old, List<ClusterRange> Regions, IReadOnlyList<DiskRange> Reads, bool IsNew)
{
    /// <summary>Room for all regions, one after the other.</summary>
    public int RegionBytes => Regions.Sum(r => r.Length) * Cluster.Size;

    public long ReadBytes => Reads.Sum(r => r.Length);
}
