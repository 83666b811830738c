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
    /// <summary>Spans are read into one buffer, whose length is an int.</summary>
    public const int SpanClustersMax = int.MaxValue / Cluster.Size;

    /// <summary>Longest disk that can be mapped; far beyond any image format.</summary>
    public const long LengthMax = 1L << 60;

    public static CuttingRules Default(uint seed) => new(seed, LeastClusters: 8, AverageClusters: 16, GreatestClusters: 32, SpanClusters: 4096, ZeroRunClusters: 4);

    public long SpanBytes => (long)SpanClusters * Cluster.Size;

    public int GreatestBytes => GreatestClusters * Cluster.Size;

    /// <summary>Rules come from repository files and the wire: whether they make sense together.</summary>
    public bool AreSound =>
        LeastClusters >= 1 && AverageClusters >= LeastClusters && GreatestClusters >= AverageClusters
        && SpanClusters >= GreatestClusters && SpanClusters <= SpanClustersMax && ZeroRunClusters >= 1;

    /// <summary>Spans of a disk of <paramref name="length"/> bytes.</summary>
    public long SpansOf(long length) => (length + SpanBytes - 1) / SpanBytes;

    /// <summary>Clusters of one span of a disk of <paramref name="length"/> bytes: all of them, but for the disk's last span.</summary>
    public int ClustersOf(long length, long span) =>
        span < 0 || span >= SpansOf(length)
            ? throw new ArgumentOutOfRangeException(nameof(span), span, $"A disk of {length} bytes has {SpansOf(length)} spans.")
            : (int)Math.Min(SpanClusters, Cluster.Covering(length) - span * SpanClusters);

    /// <summary>These rules, or an error that names what is wrong with them.</summary>
    public CuttingRules Checked() => AreSound
        ? this
        : throw new ArgumentException(
            $"The cutting rules do not fit together: least {LeastClusters} <= average {AverageClusters} <= greatest {GreatestClusters} <= span {SpanClusters} <= {SpanClustersMax} clusters"
            + $" and a zero run of at least 1 (is {ZeroRunClusters}) are expected. The repository file is damaged or was made by a foreign program.");
}
