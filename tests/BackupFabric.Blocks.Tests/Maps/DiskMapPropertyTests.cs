using BackupFabric.Blocks.Maps;

namespace BackupFabric.Blocks.Tests.Maps;

public sealed class DiskMapPropertyTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(100, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task After_any_patches_the_map_holds_what_a_plain_list_holds(int seed)
    {
        var random = new Random(seed);
        var oracle = new MapOracle();
        for (var step = 0; step < 25; step++)
        {
            await RandomPatchAsync(random, oracle);
            await oracle.AssertAgreesAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Equal_disks_have_equal_roots_however_they_came_about(int seed)
    {
        var random = new Random(seed);
        var oracle = new MapOracle();
        for (var step = 0; step < 10; step++) await RandomPatchAsync(random, oracle);

        // At once from nothing; leaf by leaf backwards; and over the ruins of another disk.
        var length = oracle.Root!.Value.Length;
        var other = new MapOracle();
        Assert.Equal(oracle.Root, await other.Map.PatchAsync(null, length, MapOracle.Stream(oracle.Leaves), default));
        DiskMapRoot? slow = await other.Map.PatchAsync(null, length, MapOracle.Stream([]), default);
        foreach (var leaf in oracle.Leaves.Reverse().Take(40).ToList()) slow = await other.Map.PatchAsync(slow, length, MapOracle.Stream([leaf]), default);
        slow = await other.Map.PatchAsync(slow, length, MapOracle.Stream(oracle.Leaves), default);
        Assert.Equal(oracle.Root, slow);

        var ruins = new MapOracle();
        for (var step = 0; step < 5; step++) await RandomPatchAsync(random, ruins);
        var overwrite = new SortedDictionary<long, byte[]>(oracle.Leaves);
        foreach (var span in ruins.Leaves.Keys.Where(s => s < MapOracle.Rules.SpansOf(length))) overwrite.TryAdd(span, []);
        var edge = Math.Min(MapOracle.Rules.SpansOf(length), MapOracle.Rules.SpansOf(ruins.Root!.Value.Length)) - 1;
        if (edge >= 0) overwrite.TryAdd(edge, []);
        Assert.Equal(oracle.Root, await ruins.Map.PatchAsync(ruins.Root, length, MapOracle.Stream(overwrite), default));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_diff_names_exactly_the_spans_whose_leaves_differ(int seed)
    {
        var random = new Random(seed);
        var oracle = new MapOracle();
        for (var step = 0; step < 4; step++) await RandomPatchAsync(random, oracle);
        for (var step = 0; step < 15; step++)
        {
            var (before, beforeRoot) = (new SortedDictionary<long, byte[]>(oracle.Leaves), oracle.Root!.Value);
            await RandomPatchAsync(random, oracle);
            var expected = before.Keys.Union(oracle.Leaves.Keys).Order()
                .Where(s => !before.TryGetValue(s, out var a) || !oracle.Leaves.TryGetValue(s, out var b) || !a.AsSpan().SequenceEqual(b)).ToList();
            Assert.Equal(expected, await DiffAsync(beforeRoot, oracle.Root!.Value));
            Assert.Equal(expected, await DiffAsync(oracle.Root!.Value, beforeRoot));
            Assert.Empty(await DiffAsync(oracle.Root!.Value, oracle.Root!.Value));
        }

        async Task<List<long>> DiffAsync(DiskMapRoot a, DiskMapRoot b)
        {
            var spans = new List<long>();
            await foreach (var span in oracle.Map.DifferingSpansAsync(a, b, default)) spans.Add(span);
            return spans;
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_walk_may_begin_anywhere_and_single_leaves_are_found(int seed)
    {
        var random = new Random(seed);
        var oracle = new MapOracle();
        for (var step = 0; step < 6; step++) await RandomPatchAsync(random, oracle);
        var root = oracle.Root!.Value;
        var spans = MapOracle.Rules.SpansOf(root.Length);
        for (var round = 0; round < 20; round++)
        {
            var first = random.NextInt64(spans + 3);
            var read = new List<long>();
            await foreach (var (span, _) in oracle.Map.LeavesAsync(root, first, default)) read.Add(span);
            Assert.Equal(oracle.Leaves.Keys.Where(s => s >= first), read);
            if (first >= spans) continue;
            var leaf = await oracle.Map.LeafAsync(root, first, default);
            Assert.Equal(oracle.Leaves.GetValueOrDefault(first, []), leaf.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task The_nodes_under_a_root_are_all_that_is_needed_to_read_it(int seed)
    {
        var random = new Random(seed);
        var oracle = new MapOracle();
        for (var step = 0; step < 8; step++) await RandomPatchAsync(random, oracle);
        var marked = new HashSet<BlockId>();
        await foreach (var id in oracle.Map.NodesAsync(oracle.Root!.Value, _ => true, default)) marked.Add(id);
        foreach (var id in oracle.Nodes.Nodes.Keys.Except(marked).ToList()) oracle.Nodes.Nodes.Remove(id);
        await oracle.AssertAgreesAsync();
    }

    /// <summary>Some leaves, clustered or scattered, sometimes emptied; sometimes another length, over all heights from 0 to 3.</summary>
    private static async Task RandomPatchAsync(Random random, MapOracle oracle)
    {
        var length = oracle.Root?.Length ?? RandomLength(random);
        if (random.Next(3) == 0) length = RandomLength(random);
        var spans = MapOracle.Rules.SpansOf(length);
        var changes = new SortedDictionary<long, byte[]>();
        for (var count = spans == 0 ? 0 : random.Next(12); count > 0; count--)
        {
            var first = random.NextInt64(spans);
            for (var span = first; span < Math.Min(spans, first + random.Next(1, 5)); span++)
                changes[span] = random.Next(5) == 0 ? [] : MapOracle.Leaf(random, MapOracle.Rules.ClustersOf(length, span));
        }

        // A disk that ends inside a block needs the leaf of that span.
        var shrunk = length < (oracle.Root?.Length ?? 0);
        if (shrunk && spans > 0) changes.TryAdd(spans - 1, MapOracle.Leaf(random, MapOracle.Rules.ClustersOf(length, spans - 1)));
        await oracle.PatchAsync(length, changes);
    }

    private static long RandomLength(Random random) => random.Next(5) switch
    {
        0 => random.NextInt64(2 * MapOracle.SpanBytes),
        1 => random.NextInt64(40 * MapOracle.SpanBytes),
        2 => random.NextInt64(250, 260) * MapOracle.SpanBytes + random.Next(2) * random.Next(40_000),
        3 => random.NextInt64(70_000) * MapOracle.SpanBytes,
        _ => random.NextInt64(400_000) * MapOracle.SpanBytes,
    };
}
