namespace BackupFabric.Blocks.Maps;

/// <summary>One entry of a leaf: so many clusters are the block <paramref name="Id"/>, or a hole when it is <see cref="BlockId.Zero"/>.</summary>
public readonly record struct SpanEntry(int Clusters, BlockId Id)
{
    public bool IsHole => Id.IsZero;
}
