using System.Runtime.CompilerServices;

namespace BackupFabric.Blocks.Maps;

/// <summary>Walks two maps side by side and goes down only where ids differ.</summary>
internal sealed class MapDiff(MapReader left, MapReader right)
{
    public async IAsyncEnumerable<long> DifferingSpansAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var top = Math.Max(left.Shape.Height, right.Shape.Height);
        BlockId a = left.Root.Id, b = right.Root.Id;

        // Roots at different heights are different nodes or both empty.
        if (a == b) yield break;
        if (top == 0)
        {
            yield return 0;
            yield break;
        }

        MapLevel[] lefts = MapLevel.Stack(top), rights = MapLevel.Stack(top);
        var height = top;
        await OpenAsync(lefts[top], rights[top], a, b, top, 0, cancellation);
        while (height <= top)
        {
            var (leftLevel, rightLevel) = (lefts[height], rights[height]);
            if (leftLevel.Next == DiskMap.FanOut)
            {
                height++;
                continue;
            }

            var child = leftLevel.Next++;
            (a, b) = (leftLevel.Children[child], rightLevel.Children[child]);
            if (a == b) continue;
            var index = leftLevel.IndexOf(child);
            if (height == 1)
            {
                yield return index;
                continue;
            }

            height--;
            await OpenAsync(lefts[height], rights[height], a, b, height, index, cancellation);
        }
    }

    private async ValueTask OpenAsync(MapLevel leftLevel, MapLevel rightLevel, BlockId a, BlockId b, int height, long index, CancellationToken cancellation)
    {
        await left.ChildrenAsync(a, height, index, leftLevel.Children, cancellation);
        await right.ChildrenAsync(b, height, index, rightLevel.Children, cancellation);
        (leftLevel.Index, leftLevel.Next) = (index, 0);
    }
}
