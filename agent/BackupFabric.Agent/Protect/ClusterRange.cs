namespace BackupFabric.Agent.Protect;

/// <summary>Clusters [Start, Start + Length) of one span.</summary>
internal readonly record struct ClusterRange(int Start, int Length)
{
    public int End => Start + Length;
}
