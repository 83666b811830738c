namespace BackupFabric.Blocks.Maps;

/// <summary>
/// Reading and changing disk maps (Merkle trees over spans; FORMAT.md). Memory is bounded by the tree's height times its fan-out,
/// never by the disk.
/// </summary>
public sealed class DiskMap(IMapNodes nodes, IdKey key, CuttingRules rules)
{
    /// <summary>Children of an inner node.</summary>
    public const int FanOut = 256;

    /// <summary>Id of an encoded node; kept apart from block ids by a domain prefix inside the encoding.</summary>
    public static BlockId NodeId(IdKey key, ReadOnlySpan<byte> encoded) => throw new NotImplementedException();

    /// <summary>Encoded leaf of a span; empty when the span is a hole throughout.</summary>
    public ValueTask<ReadOnlyMemory<byte>> LeafAsync(DiskMapRoot root, long span, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>All spans with content from <paramref name="firstSpan"/> on, in order, skipping empty subtrees.</summary>
    public IAsyncEnumerable<(long Span, ReadOnlyMemory<byte> Leaf)> LeavesAsync(DiskMapRoot root, long firstSpan, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>
    /// A new root from <paramref name="basis"/> (or an empty disk) with the given leaves replaced (empty memory: the span became a hole).
    /// <paramref name="leaves"/> come in ascending span order, already encoded and validated. Only changed leaves and their ancestors are put.
    /// When the length changed, spans beyond the new end are dropped and new ones are holes.
    /// </summary>
    public Task<DiskMapRoot> PatchAsync(DiskMapRoot? basis, long newLength, IAsyncEnumerable<(long Span, ReadOnlyMemory<byte> Leaf)> leaves, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Spans whose content differs between two maps of the same rules, in order; equal subtrees are not read.</summary>
    public IAsyncEnumerable<long> DifferingSpansAsync(DiskMapRoot left, DiskMapRoot right, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Every node id under a root, each once per walk position, parents first; <paramref name="descend"/> may refuse a subtree that was seen. For collection.</summary>
    public IAsyncEnumerable<BlockId> NodesAsync(DiskMapRoot root, Func<BlockId, bool> descend, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The rules and key the map was made with.</summary>
    public (IdKey Key, CuttingRules Rules, IMapNodes Nodes) Parts => (key, rules, nodes);
}
