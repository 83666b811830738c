namespace BackupFabric.Blocks;

/// <summary>Cuts bytes into blocks at content-defined cluster boundaries. A pure function of the bytes and the rules.</summary>
public sealed class Cutter(CuttingRules rules)
{
    public CuttingRules Rules { get; } = rules;

    /// <summary>
    /// Cuts <paramref name="buffer"/> (a whole number of clusters, at most one span, beginning at a block boundary
    /// and not reaching over a span boundary) and appends the cuts, holes included, in order; together they cover the buffer exactly.
    /// </summary>
    public void Cut(ReadOnlySpan<byte> buffer, List<BlockCut> cuts) => throw new NotImplementedException();
}
