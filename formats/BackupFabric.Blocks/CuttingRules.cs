namespace BackupFabric.Blocks;

/// <summary>
/// How a repository cuts disks into blocks. Fixed when the repository is made; every agent cuts by it.
/// Lengths are in clusters of 4 KiB.
/// </summary>
/// <param name="Seed">Seeds the cluster hash, so that cuts cannot be predicted from outside.</param>
/// <param name="LeastClusters">No content-defined cut before this many clusters.</param>
/// <param name="AverageClusters">Expected block length.</param>
/// <param name="GreatestClusters">A block never grows beyond this.</param>
/// <param name="SpanClusters">A cut is always made at multiples of this; one leaf of a disk map describes one span.</param>
/// <param name="ZeroRunClusters">A run of this many zero clusters ends a block and becomes a hole.</param>
public sealed record CuttingRules(uint Seed, int LeastClusters, int AverageClusters, int GreatestClusters, int SpanClusters, int ZeroRunClusters)
{
    public static CuttingRules Default(uint seed) => new(seed, LeastClusters: 4, AverageClusters: 16, GreatestClusters: 64, SpanClusters: 4096, ZeroRunClusters: 4);

    public long SpanBytes => (long)SpanClusters * Cluster.Size;

    public int GreatestBytes => GreatestClusters * Cluster.Size;

    /// <summary>Spans of a disk of <paramref name="length"/> bytes.</summary>
    public long SpansOf(long length) => (length + SpanBytes - 1) / SpanBytes;
}
