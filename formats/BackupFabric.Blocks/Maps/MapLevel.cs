namespace BackupFabric.Blocks.Maps;

/// <summary>One open node of a walk.</summary>
internal sealed class MapLevel
{
    public readonly BlockId[] Children = new BlockId[DiskMap.FanOut];

    /// <summary>Index of the node at its height.</summary>
    public long Index;

    /// <summary>Next child to visit.</summary>
    public int Next;

    /// <summary>Index, one height below, of a child.</summary>
    public long IndexOf(int child) => Index * DiskMap.FanOut + child;

    public static MapLevel[] Stack(int height)
    {
        var levels = new MapLevel[height + 1];
        for (var level = 1; level <= height; level++) levels[level] = new MapLevel();
        return levels;
    }

    /// <summary>The child at which a walk that begins at <paramref name="firstSpan"/> enters this node.</summary>
    public void StartAt(long firstSpan, int height) =>
        Next = (int)Math.Clamp(MapShape.IndexOf(firstSpan, height - 1) - Index * DiskMap.FanOut, 0, DiskMap.FanOut);
}
