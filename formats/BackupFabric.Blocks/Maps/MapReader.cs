namespace BackupFabric.Blocks.Maps;

/// <summary>Reads the nodes of one map and checks that each is what its place demands.</summary>
internal sealed class MapReader(IMapNodes nodes, CuttingRules rules, DiskMapRoot root)
{
    public DiskMapRoot Root { get; } = root;

    public MapShape Shape { get; } = new(rules, root.Length);

    /// <summary>
    /// Children of the node at a place. The map may be seen as part of a taller tree (a longer disk's): above its own root, the first child
    /// of the first node is the root, everything else is empty.
    /// </summary>
    public async ValueTask ChildrenAsync(BlockId id, int height, long index, BlockId[] children, CancellationToken cancellation)
    {
        if (id.IsZero || height > Shape.Height)
        {
            Array.Clear(children);
            children[0] = id;
            return;
        }

        var encoded = await nodes.GetAsync(id, cancellation);
        if (!InnerNode.TryDecode(encoded.Span, height, children))
            throw new DiskMapException(id, $"Node {id} of a disk map is not an inner node of height {height}.");
        if (children.AsSpan(Shape.ChildrenOf(height, index)).ContainsAnyExcept(BlockId.Zero))
            throw new DiskMapException(id, $"Node {id} of a disk map describes places beyond the disk's {Root.Length} bytes.");
    }

    /// <summary>The leaf of a span; empty for the zero id.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> LeafAsync(BlockId id, long span, CancellationToken cancellation)
    {
        if (id.IsZero) return default;
        var encoded = await nodes.GetAsync(id, cancellation);
        var clusters = Shape.ClustersOf(span);
        return SpanLeaf.ClustersOf(encoded.Span) == clusters
            ? encoded
            : throw new DiskMapException(id, $"Node {id} of a disk map is not a leaf of {clusters} clusters, as span {span} demands.");
    }

    /// <summary>Id of a span's leaf; zero for a hole.</summary>
    public async ValueTask<BlockId> LeafIdAsync(long span, CancellationToken cancellation)
    {
        var id = Root.Id;
        var children = new BlockId[DiskMap.FanOut];
        for (var height = Shape.Height; height > 0 && !id.IsZero; height--)
        {
            await ChildrenAsync(id, height, MapShape.IndexOf(span, height), children, cancellation);
            id = children[(int)(MapShape.IndexOf(span, height - 1) % DiskMap.FanOut)];
        }

        return id;
    }
}
