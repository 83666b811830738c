using BackupFabric.Blocks.Maps;

namespace BackupFabric.Blocks.Tests.Maps;

public sealed class DiskMapTests
{
    private const long TiB = 1L << 40;

    private readonly MapOracle oracle = new();
    private readonly Random random = new(51);

    [Fact]
    public async Task An_empty_disk_of_any_length_has_the_zero_root()
    {
        foreach (var length in new[] { 0, 1, 5000, MapOracle.SpanBytes, 1000 * MapOracle.SpanBytes, 64 * TiB, CuttingRules.LengthMax })
        {
            var root = await oracle.Map.PatchAsync(null, length, MapOracle.Stream([]), default);
            Assert.Equal(new DiskMapRoot(BlockId.Zero, length), root);
            if (length > 0) Assert.True((await oracle.Map.LeafAsync(root, 0, default)).IsEmpty);
        }

        Assert.Empty(oracle.Nodes.Puts);
    }

    [Fact]
    public async Task The_only_leaf_of_a_small_disk_is_its_root()
    {
        var leaf = MapOracle.Leaf(random, 3);
        var root = await oracle.Map.PatchAsync(null, 3 * Cluster.Size - 100, MapOracle.Stream(Leaves((0, leaf))), default);
        Assert.Equal(DiskMap.NodeId(MapOracle.Key, leaf), root.Id);
    }

    [Fact]
    public async Task Only_changed_leaves_and_their_ancestors_are_put()
    {
        const int spans = 70_000;
        await oracle.PatchAsync(spans * MapOracle.SpanBytes, Leaves([.. Enumerable.Range(0, 2000).Select(i => (i * 35L, MapOracle.Leaf(random, 8)))]));
        oracle.Nodes.Forget();
        await oracle.PatchAsync(spans * MapOracle.SpanBytes, Leaves((35, MapOracle.Leaf(random, 8))));
        Assert.Equal(4, oracle.Nodes.Puts.Count);
        Assert.Equal(oracle.Root!.Value.Id, oracle.Nodes.Puts[^1]);
        Assert.Equal(3, oracle.Nodes.Gets);

        // The same leaf again changes nothing at all.
        oracle.Nodes.Forget();
        await oracle.PatchAsync(spans * MapOracle.SpanBytes, Leaves((35, oracle.Leaves[35])));
        Assert.Empty(oracle.Nodes.Puts);
    }

    [Fact]
    public async Task Children_are_put_before_their_parents()
    {
        await oracle.PatchAsync(70_000 * MapOracle.SpanBytes, Leaves([.. Enumerable.Range(0, 300).Select(i => (i * 200L, MapOracle.Leaf(random, 8)))]));
        var parentsFirst = new List<BlockId>();
        await foreach (var id in oracle.Map.NodesAsync(oracle.Root!.Value, _ => true, default)) parentsFirst.Add(id);
        var order = oracle.Nodes.Puts.Select((id, at) => (id, at)).GroupBy(p => p.id).ToDictionary(g => g.Key, g => g.First().at);
        Assert.Equal(parentsFirst.ToHashSet(), order.Keys.ToHashSet());
        Assert.Equal(oracle.Root!.Value.Id, parentsFirst[0]);
        Assert.Equal(order.Count - 1, order[parentsFirst[0]]);
    }

    [Fact]
    public async Task A_sparse_disk_of_64_TiB_costs_what_its_content_costs()
    {
        var rules = CuttingRules.Default(1);
        var map = new DiskMap(oracle.Nodes, MapOracle.Key, rules);
        var spans = rules.SpansOf(64 * TiB);
        var leaves = Enumerable.Range(0, 30).ToDictionary(i => i * (spans / 30), _ => MapOracle.Leaf(random, rules.SpanClusters));
        var root = await map.PatchAsync(null, 64 * TiB, MapOracle.Stream(leaves.OrderBy(l => l.Key)), default);
        Assert.True(oracle.Nodes.Puts.Count <= 30 * 3 + 1);
        oracle.Nodes.Forget();
        var read = new List<long>();
        await foreach (var (span, _) in map.LeavesAsync(root, 0, default)) read.Add(span);
        Assert.Equal(leaves.Keys.Order(), read);
        Assert.True(oracle.Nodes.Gets <= 30 * 3 + 1);
        var changed = await map.PatchAsync(root, 64 * TiB, MapOracle.Stream(new Dictionary<long, byte[]> { [spans / 2] = MapOracle.Leaf(random, rules.SpanClusters) }), default);
        oracle.Nodes.Forget();
        var differing = new List<long>();
        await foreach (var span in map.DifferingSpansAsync(root, changed, default)) differing.Add(span);
        Assert.Equal([spans / 2], differing);
        Assert.True(oracle.Nodes.Gets <= 6);
    }

    [Fact]
    public async Task A_disk_that_grows_and_shrinks_back_has_the_root_it_had()
    {
        await oracle.PatchAsync(3 * MapOracle.SpanBytes - 2 * Cluster.Size, Leaves((0, MapOracle.Leaf(random, 8)), (2, MapOracle.Leaf(random, 6))));
        var small = oracle.Root!.Value;
        foreach (var spans in new long[] { 3, 4, 256, 257, 65_536, 65_537, 5_000_000 })
        {
            var grown = await oracle.Map.PatchAsync(small, spans * MapOracle.SpanBytes, MapOracle.Stream([]), default);
            Assert.NotEqual(small.Id, grown.Id);
            Assert.Equal(small, await oracle.Map.PatchAsync(grown, small.Length, MapOracle.Stream([]), default));
        }
    }

    [Fact]
    public async Task A_disk_that_ends_inside_a_block_asks_for_that_leaf()
    {
        var leaf = SpanLeafTests.Encode([new(2, SpanLeafTests.Id(1)), new(4, SpanLeafTests.Id(2)), new(2, BlockId.Zero)]);
        await oracle.PatchAsync(MapOracle.SpanBytes, Leaves((0, leaf)));
        await oracle.Map.PatchAsync(oracle.Root, 6 * Cluster.Size, MapOracle.Stream([]), default);
        await oracle.Map.PatchAsync(oracle.Root, 2 * Cluster.Size, MapOracle.Stream([]), default);
        await Assert.ThrowsAsync<ArgumentException>(() => oracle.Map.PatchAsync(oracle.Root, 5 * Cluster.Size, MapOracle.Stream([]), default));
        var cut = SpanLeafTests.Encode([new(2, SpanLeafTests.Id(1)), new(3, SpanLeafTests.Id(3))]);
        await oracle.Map.PatchAsync(oracle.Root, 5 * Cluster.Size, MapOracle.Stream(Leaves((0, cut))), default);
    }

    [Fact]
    public async Task A_refused_subtree_is_not_entered()
    {
        await oracle.PatchAsync(1000 * MapOracle.SpanBytes, Leaves([.. Enumerable.Range(0, 1000).Select(i => ((long)i, MapOracle.Leaf(random, 8)))]));
        oracle.Nodes.Forget();
        var ids = new List<BlockId>();
        await foreach (var id in oracle.Map.NodesAsync(oracle.Root!.Value, id => id == oracle.Root.Value.Id, default)) ids.Add(id);
        Assert.Equal(5, ids.Count);
        Assert.Equal(1, oracle.Nodes.Gets);
    }

    [Fact]
    public async Task Leaves_out_of_order_out_of_range_or_of_a_foreign_length_are_refused()
    {
        byte[] leaf = MapOracle.Leaf(random, 8), wrong = MapOracle.Leaf(random, 7);
        var length = 10 * MapOracle.SpanBytes;
        foreach (var bad in new[] { new[] { (5L, leaf), (4L, leaf) }, [(5L, leaf), (5L, leaf)], [(10L, leaf)], [(-1L, leaf)], [(3L, wrong)], [(3L, [1, 2, 3])] })
        {
            var stream = MapOracle.Stream(bad.Select(b => KeyValuePair.Create(b.Item1, b.Item2)));
            await Assert.ThrowsAsync<ArgumentException>(() => oracle.Map.PatchAsync(null, length, stream, default));
        }

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => oracle.Map.PatchAsync(null, -1, MapOracle.Stream([]), default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await oracle.Map.LeafAsync(new DiskMapRoot(default, length), 10, default));
    }

    private static SortedDictionary<long, byte[]> Leaves(params (long Span, byte[] Leaf)[] leaves)
    {
        var sorted = new SortedDictionary<long, byte[]>();
        foreach (var (span, leaf) in leaves) sorted[span] = leaf;
        return sorted;
    }
}
