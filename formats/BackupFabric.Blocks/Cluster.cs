namespace BackupFabric.Blocks;

/// <summary>The unit of cutting: a disk is seen as clusters, and every block begins and ends on one.</summary>
public static class Cluster
{
    public const int Size = 4096;

    /// <summary>Clusters that cover <paramref name="bytes"/>; the last one may be partial and counts as zero-padded.</summary>
    public static long Covering(long bytes) => (bytes + Size - 1) / Size;
}
