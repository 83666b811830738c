using System.Runtime.CompilerServices;

namespace BackupFabric.Blocks.Maps;

/// <summary>
/// Reading and changing disk maps (Merkle trees over spans; FORMAT.md). Memory is bounded by the tree's height times its fan-out,
/// never by the disk. A node that is not what its place demands is a <see cref="DiskMapException"/>.
/// </summary>
public sealed class DiskMap(IMapNodes nodes, IdKey key, CuttingRules rules)
{
    /// <summary>Children of an inner node.</summary>
    public const int FanOut = 256;

    /// <summary>The longest encoding of an inner node.</summary>
    public const int InnerNodeBytesMax = InnerNode.LengthMax;

    /// <summary>The rules and key the map was made with.</summary>
    public (IdKey Key, CuttingRules Rules, IMapNodes Nodes) Parts { get; } = (key, rules.Checked(), nodes);

    /// <summary>Id of an encoded node; kept apart from block ids by a domain prefix and by its length, which no block can have.</summary>
    public static BlockId NodeId(IdKey key, ReadOnlySpan<byte> encoded) => key.IdOf(encoded);

    /// <summary>Encoded leaf of a span; empty when the span is a hole throughout.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> LeafAsync(DiskMapRoot root, long span, CancellationToken cancellation)
    {
        var reader = Reader(root);
        if (span < 0 || span >= reader.Shape.Spans)
            throw new ArgumentOutOfRangeException(nameof(span), span, $"A disk of {root.Length} bytes has {reader.Shape.Spans} spans.");
        return await reader.LeafAsync(await reader.LeafIdAsync(span, cancellation), span, cancellation);
    }

    /// <summary>All spans with content from <paramref name="firstSpan"/> on, in order, skipping empty subtrees.</summary>
    public IAsyncEnumerable<(long Span, ReadOnlyMemory<byte> Leaf)> LeavesAsync(DiskMapRoot root, long firstSpan, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstSpan);
        return new MapWalk(Reader(root)).LeavesAsync(firstSpan, cancellation);
    }

    /// <summary>
    /// A new root from <paramref name="basis"/> (or an empty disk) with the given leaves replaced (empty memory: the span became a hole).
    /// <paramref name="leaves"/> come in ascending span order, already encoded and validated. Only changed leaves and their ancestors are put.
    /// When the length changed, spans beyond the new end are dropped and new ones are holes; a span that the old or the new end cuts is adapted,
    /// unless a shorter disk ends inside a block: then its leaf must be given.
    /// </summary>
    public async Task<DiskMapRoot> PatchAsync(DiskMapRoot? basis, long newLength, IAsyncEnumerable<(long Span, ReadOnlyMemory<byte> Leaf)> leaves, CancellationToken cancellation)
    {
        var reader = Reader(basis ?? default);
        var shape = new MapShape(Parts.Rules, newLength);
        var patch = new MapPatch(Parts.Nodes, Parts.Key, reader, shape);
        await patch.BeginAsync(cancellation);
        var last = -1L;
        await foreach (var (span, leaf) in new MapEdge(reader, shape).MergeAsync(leaves, cancellation))
        {
            if (span <= last || span >= shape.Spans)
                throw new ArgumentException($"Leaf of span {span} after span {last}: a disk of {newLength} bytes has {shape.Spans} spans, and they come in ascending order.", nameof(leaves));
            if (!leaf.IsEmpty && SpanLeaf.ClustersOf(leaf.Span) != shape.ClustersOf(span))
                throw new ArgumentException($"The leaf given for span {span} is not one of {shape.ClustersOf(span)} clusters.", nameof(leaves));
            await patch.SetAsync(span, leaf, cancellation);
            last = span;
        }

        return new DiskMapRoot(await patch.FinishAsync(cancellation), newLength);
    }

    /// <summary>
    /// Spans whose content differs between two maps of the same rules, in order; equal subtrees are not read. A span that only one disk has
    /// differs when it has content there; so does one with content that an end cuts at different places.
    /// </summary>
    public IAsyncEnumerable<long> DifferingSpansAsync(DiskMapRoot left, DiskMapRoot right, CancellationToken cancellation) =>
        new MapDiff(Reader(left), Reader(right)).DifferingSpansAsync(cancellation);

    /// <summary>
    /// Every node id under a root, each once per walk position, parents first; <paramref name="descend"/>, asked once for each inner node after it was returned,
    /// may refuse a subtree that was seen. Leaves are returned without being read. For collection.
    /// </summary>
    public async IAsyncEnumerable<BlockId> NodesAsync(DiskMapRoot root, Func<BlockId, bool> descend, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var (id, _, _) in new MapWalk(Reader(root)).NodesAsync(0, descend, cancellation)) yield return id;
    }

    /// <summary>The same with each node's height (0: a leaf).</summary>
    public async IAsyncEnumerable<(BlockId Id, int Height)> NodesWithHeightAsync(DiskMapRoot root, Func<BlockId, bool> descend, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var (id, height, _) in new MapWalk(Reader(root)).NodesAsync(0, descend, cancellation)) yield return (id, height);
    }

    /// <summary>Height of the root of a disk of that length: 0 when it is the leaf of the only span. A node at height h has up to 256^h spans under it.</summary>
    public int HeightOf(long diskLength) => new MapShape(Parts.Rules, diskLength).Height;

    /// <summary>The <see cref="FanOut"/> children of an encoded inner node (zero: empty); false when it is not an inner node of that height.</summary>
    public static bool TryReadChildren(ReadOnlySpan<byte> encoded, int height, Span<BlockId> children) => InnerNode.TryDecode(encoded, height, children);

    /// <summary>Whether bytes are a whole node, leaf or inner, wherever its place may be. <paramref name="entries"/> and <paramref name="children"/> are overwritten.</summary>
    public static bool IsNode(ReadOnlySpan<byte> encoded, List<SpanEntry> entries, Span<BlockId> children) => SpanLeaf.IsLeaf(encoded)
        ? SpanLeaf.TryDecode(encoded, SpanLeaf.ClustersOf(encoded), entries)
        : encoded.Length > InnerNode.HeightAt && encoded[InnerNode.HeightAt] > 0 && InnerNode.TryDecode(encoded, encoded[InnerNode.HeightAt], children);

    private MapReader Reader(DiskMapRoot root) => new(Parts.Nodes, Parts.Rules, root);
}
