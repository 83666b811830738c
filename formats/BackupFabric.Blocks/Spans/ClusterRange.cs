namespace BackupFabric.Blocks.Spans;

/// <summary>Clusters [Start, Start + Length) of one span.</summary>
public readonly record struct ClusterRange(int Start, int Length)
{
    public int End => Start + Length;
}
