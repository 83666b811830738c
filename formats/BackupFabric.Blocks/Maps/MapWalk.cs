using System.Runtime.CompilerServices;

namespace BackupFabric.Blocks.Maps;

/// <summary>Walks one map in span order. Memory: one open node per height.</summary>
internal sealed class MapWalk(MapReader reader)
{
    public async IAsyncEnumerable<(long Span, ReadOnlyMemory<byte> Leaf)> LeavesAsync(long firstSpan, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var (id, height, index) in NodesAsync(firstSpan, static _ => true, cancellation))
        {
            if (height == 0) yield return (index, await reader.LeafAsync(id, index, cancellation));
        }
    }

    /// <summary>All nodes that are not empty, parents first. Inner nodes are asked about before they are read.</summary>
    public async IAsyncEnumerable<(BlockId Id, int Height, long Index)> NodesAsync(
        long firstSpan, Func<BlockId, bool> descend, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var top = reader.Shape.Height;
        var id = reader.Root.Id;
        if (id.IsZero || firstSpan >= reader.Shape.Spans) yield break;
        yield return (id, top, 0);
        if (top == 0 || !descend(id)) yield break;
        var levels = MapLevel.Stack(top);
        var height = top;
        await OpenAsync(levels[top], id, top, 0, firstSpan, cancellation);
        while (height <= top)
        {
            var level = levels[height];
            if (level.Next == DiskMap.FanOut)
            {
                height++;
                continue;
            }

            var child = level.Next++;
            id = level.Children[child];
            if (id.IsZero) continue;
            var index = level.IndexOf(child);
            yield return (id, height - 1, index);
            if (height == 1 || !descend(id)) continue;
            height--;
            await OpenAsync(levels[height], id, height, index, firstSpan, cancellation);
        }
    }

    private async ValueTask OpenAsync(MapLevel level, BlockId id, int height, long index, long firstSpan, CancellationToken cancellation)
    {
        await reader.ChildrenAsync(id, height, index, level.Children, cancellation);
        level.Index = index;
        level.StartAt(firstSpan, height);
    }
}
