namespace BackupFabric.Blocks.Maps;

/// <summary>The shape of a map, which follows from the disk's length alone.</summary>
internal readonly struct MapShape
{
    private readonly CuttingRules rules;
    private readonly long length;

    public MapShape(CuttingRules rules, long length)
    {
        if (length is < 0 or > CuttingRules.LengthMax)
            throw new ArgumentOutOfRangeException(nameof(length), length, $"A disk has at least 0 and at most {CuttingRules.LengthMax} bytes.");
        (this.rules, this.length) = (rules, length);
        Spans = rules.SpansOf(length);
        Height = 0;
        for (var reach = 1L; reach < Spans; reach *= DiskMap.FanOut) Height++;
    }

    public long Spans { get; }

    /// <summary>Height of the root: 0 when it is the leaf of the only span.</summary>
    public int Height { get; }

    /// <summary>Clusters of a span, 0 beyond the end.</summary>
    public int ClustersOf(long span) => span < Spans ? rules.ClustersOf(length, span) : 0;

    /// <summary>Spans under one node of that height.</summary>
    public static long SpansUnder(int height) => 1L << (8 * height);

    /// <summary>Index, at its height, of the node that holds a span.</summary>
    public static long IndexOf(long span, int height) => span >> (8 * height);

    /// <summary>How many children of the node can have content; the rest lies beyond the end of the disk.</summary>
    public int ChildrenOf(int height, long index)
    {
        var first = index * SpansUnder(height);
        var left = Spans - first;
        if (left <= 0) return 0;
        var perChild = SpansUnder(height - 1);
        return (int)Math.Min(DiskMap.FanOut, (left + perChild - 1) / perChild);
    }
}
