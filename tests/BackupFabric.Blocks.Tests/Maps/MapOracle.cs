using BackupFabric.Blocks.Maps;

namespace BackupFabric.Blocks.Tests.Maps;

/// <summary>A disk as a plain list of leaves, and its map beside it: what every operation on the map is compared with.</summary>
internal sealed class MapOracle
{
    public const int SpanClusters = 8;

    public static readonly IdKey Key = new(TestBytes.Random(1, 32));

    /// <summary>Small spans: a few MiB make a tree of height 2.</summary>
    public static readonly CuttingRules Rules = new(7, 1, 2, 4, SpanClusters, 2);

    public static readonly long SpanBytes = Rules.SpanBytes;

    public MapOracle()
    {
        Nodes = new MemoryNodes(Key);
        Map = new DiskMap(Nodes, Key, Rules);
    }

    public MemoryNodes Nodes { get; }

    public DiskMap Map { get; }

    /// <summary>Leaves that are not empty, by span.</summary>
    public SortedDictionary<long, byte[]> Leaves { get; } = [];

    public DiskMapRoot? Root { get; private set; }

    /// <summary>A leaf with at least one block.</summary>
    public static byte[] Leaf(Random random, int clusters)
    {
        var entries = new List<SpanEntry>();
        for (var left = clusters; left > 0;)
        {
            var part = random.Next(1, left + 1);
            entries.Add(new SpanEntry(part, left < clusters && random.Next(4) == 0 ? BlockId.Zero : SpanLeafTests.Id(random.Next(500))));
            left -= part;
        }

        return SpanLeafTests.Encode(entries);
    }

    public static async IAsyncEnumerable<(long, ReadOnlyMemory<byte>)> Stream(IEnumerable<KeyValuePair<long, byte[]>> leaves)
    {
        foreach (var (span, leaf) in leaves) yield return (span, leaf);
        await Task.CompletedTask;
    }

    /// <summary>The same change on both: the given leaves, the new length, and holes at the edge that the length moves.</summary>
    public async Task PatchAsync(long length, SortedDictionary<long, byte[]> changes)
    {
        Root = await Map.PatchAsync(Root, length, Stream(changes), default);
        foreach (var span in Leaves.Keys.Where(s => s >= Rules.SpansOf(length)).ToList()) Leaves.Remove(span);
        foreach (var (span, leaf) in changes) Set(span, leaf);
        foreach (var (span, leaf) in Leaves.ToList()) Set(span, Fitted(leaf, Rules.ClustersOf(length, span)));
    }

    public async Task AssertAgreesAsync()
    {
        var root = Root!.Value;
        var read = new List<(long, string)>();
        await foreach (var (span, leaf) in Map.LeavesAsync(root, 0, default)) read.Add((span, Convert.ToHexString(leaf.Span)));
        Assert.Equal(Leaves.Select(l => (l.Key, Convert.ToHexString(l.Value))), read);
    }

    private static byte[] Fitted(byte[] leaf, int clusters)
    {
        var entries = new List<SpanEntry>();
        var covers = SpanLeaf.ClustersOf(leaf);
        Assert.True(SpanLeaf.TryDecode(leaf, covers, entries));
        if (covers < clusters) entries.Add(new SpanEntry(clusters - covers, BlockId.Zero));
        for (var over = covers - clusters; over > 0;)
        {
            var last = entries[^1];
            entries.RemoveAt(entries.Count - 1);
            if (last.Clusters > over) entries.Add(last with { Clusters = last.Clusters - over });
            over -= last.Clusters;
        }

        return SpanLeafTests.Encode(entries);
    }

    private void Set(long span, byte[] leaf)
    {
        if (leaf.Length == 0) Leaves.Remove(span);
        else Leaves[span] = leaf;
    }
}
