using System.Buffers;

namespace BackupFabric.Blocks.Maps;

/// <summary>
/// Writes a new map over an old one while leaves arrive in span order: the nodes on the way to the current span are open, those left
/// behind are put. Memory: one open node per height.
/// </summary>
internal sealed class MapPatch
{
    private readonly IMapNodes nodes;
    private readonly IdKey key;
    private readonly MapReader basis;
    private readonly MapShape shape;
    private readonly MapLevel[] levels;
    private readonly BlockId[] before;
    private readonly bool[] open;
    private readonly bool[] changed;
    private readonly ArrayBufferWriter<byte> encoded = new(InnerNode.LengthMax);
    private BlockId root;

    public MapPatch(IMapNodes nodes, IdKey key, MapReader basis, MapShape shape)
    {
        (this.nodes, this.key, this.basis, this.shape) = (nodes, key, basis, shape);
        levels = MapLevel.Stack(shape.Height);
        before = new BlockId[shape.Height + 1];
        open = new bool[shape.Height + 1];
        changed = new bool[shape.Height + 1];
    }

    /// <summary>Finds the part of the old tree that the new one grows from. First of all.</summary>
    public async ValueTask BeginAsync(CancellationToken cancellation)
    {
        root = basis.Root.Id;
        var children = new BlockId[DiskMap.FanOut];
        for (var height = basis.Shape.Height; height > shape.Height && !root.IsZero; height--)
        {
            await basis.ChildrenAsync(root, height, 0, children, cancellation);
            root = children[0];
        }

        // A taller tree needs nodes above the old root even when no leaf comes to lie under them.
        if (shape.Height > basis.Shape.Height && !root.IsZero) await OpenPathAsync(0, cancellation);
    }

    public async ValueTask SetAsync(long span, ReadOnlyMemory<byte> leaf, CancellationToken cancellation)
    {
        await OpenPathAsync(span, cancellation);
        var id = leaf.IsEmpty ? BlockId.Zero : key.IdOf(leaf.Span);
        if (!id.IsZero && id != ChildAt(span, 0)) await nodes.PutAsync(id, leaf, cancellation);
        Replace(span, 0, id);
    }

    /// <summary>Drops what lies beyond a new end, and puts what is still open. Last of all.</summary>
    public async ValueTask<BlockId> FinishAsync(CancellationToken cancellation)
    {
        if (shape.Spans == 0) return BlockId.Zero;
        if (shape.Spans < basis.Shape.Spans) await OpenPathAsync(shape.Spans - 1, cancellation);
        for (var height = 1; height <= shape.Height; height++) await CloseAsync(height, cancellation);
        return root;
    }

    private async ValueTask OpenPathAsync(long span, CancellationToken cancellation)
    {
        for (var height = 1; height <= shape.Height; height++)
        {
            if (open[height] && levels[height].Index != MapShape.IndexOf(span, height)) await CloseAsync(height, cancellation);
        }

        for (var height = shape.Height; height > 0; height--)
        {
            if (!open[height]) await OpenAsync(height, MapShape.IndexOf(span, height), cancellation);
        }
    }

    private async ValueTask OpenAsync(int height, long index, CancellationToken cancellation)
    {
        var level = levels[height];
        level.Index = index;
        before[height] = ChildAt(index, height);
        open[height] = true;
        await basis.ChildrenAsync(before[height], height, index, level.Children, cancellation);
        var beyond = level.Children.AsSpan(shape.ChildrenOf(height, index));
        var trimmed = beyond.ContainsAnyExcept(BlockId.Zero);
        beyond.Clear();

        // Above the old root there was no node: what stands there now is new.
        changed[height] = trimmed || (height > basis.Shape.Height && !before[height].IsZero);
    }

    /// <summary>Puts a node when it changed and tells its parent, which is open as long as it is.</summary>
    private async ValueTask CloseAsync(int height, CancellationToken cancellation)
    {
        if (!open[height]) return;
        open[height] = false;
        if (!changed[height]) return;
        encoded.ResetWrittenCount();
        var id = BlockId.Zero;
        if (InnerNode.Encode(height, levels[height].Children, encoded))
        {
            id = key.IdOf(encoded.WrittenSpan);
            if (id != before[height]) await nodes.PutAsync(id, encoded.WrittenMemory, cancellation);
        }

        Replace(levels[height].Index, height, id);
    }

    private BlockId ChildAt(long index, int height) =>
        height == shape.Height ? root : levels[height + 1].Children[(int)(index % DiskMap.FanOut)];

    private void Replace(long index, int height, BlockId id)
    {
        if (height == shape.Height)
        {
            root = id;
            return;
        }

        ref var child = ref levels[height + 1].Children[(int)(index % DiskMap.FanOut)];
        changed[height + 1] |= child != id;
        child = id;
    }
}
