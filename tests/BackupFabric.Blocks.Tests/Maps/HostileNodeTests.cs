using System.Buffers;
using BackupFabric.Blocks.Maps;

namespace BackupFabric.Blocks.Tests.Maps;

public sealed class HostileNodeTests
{
    private readonly MapOracle oracle = new();
    private readonly Random random = new(61);

    [Fact]
    public void A_node_decodes_to_its_children_and_to_nothing_else()
    {
        var decoded = new BlockId[DiskMap.FanOut];
        for (var round = 0; round < 300; round++)
        {
            var children = Children(random.Next(1, round % 3 == 0 ? 257 : 5));
            var bytes = Encode(2, children);
            Assert.True(InnerNode.TryDecode(bytes, 2, decoded));
            Assert.Equal(children, decoded);
            Assert.False(InnerNode.TryDecode(bytes, 1, decoded));
            Assert.False(InnerNode.TryDecode(bytes, 3, decoded));
            for (var length = 0; length < bytes.Length; length += 1 + length / 7) Assert.False(InnerNode.TryDecode(bytes.AsSpan(0, length), 2, decoded));
            Assert.False(InnerNode.TryDecode([.. bytes, 0], 2, decoded));
        }
    }

    [Fact]
    public void A_damaged_node_is_refused_or_is_the_canonical_form_of_what_it_decodes_to()
    {
        var decoded = new BlockId[DiskMap.FanOut];
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = Encode(1, Children(random.Next(1, 6)));
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            if (InnerNode.TryDecode(bytes, 1, decoded)) Assert.Equal(bytes, Encode(1, decoded));
        }
    }

    [Fact]
    public void Nodes_without_children_and_children_without_ids_are_refused()
    {
        Assert.False(InnerNode.Encode(1, new BlockId[DiskMap.FanOut], new ArrayBufferWriter<byte>()));
        var decoded = new BlockId[DiskMap.FanOut];
        var empty = new byte[37];
        InnerNode.Magic.CopyTo(empty);
        empty[4] = 1;
        Assert.False(InnerNode.TryDecode(empty, 1, decoded));
        var bytes = Encode(1, Children(3));
        bytes.AsSpan(37 + 32, 32).Clear();
        Assert.False(InnerNode.TryDecode(bytes, 1, decoded));
    }

    [Fact]
    public void A_leaf_is_no_node_and_a_node_is_no_leaf()
    {
        var node = Encode(1, Children(4));
        var leaf = MapOracle.Leaf(random, 8);
        Assert.False(SpanLeaf.IsLeaf(node));
        Assert.True(SpanLeaf.IsLeaf(leaf));
        Assert.False(SpanLeaf.TryDecode(node, 8, []));
        Assert.False(InnerNode.TryDecode(leaf, 1, new BlockId[DiskMap.FanOut]));
    }

    [Fact]
    public async Task A_map_whose_nodes_stand_at_the_wrong_place_is_refused_by_every_walk()
    {
        var leaf = await PutAsync(MapOracle.Leaf(random, MapOracle.SpanClusters));
        var shortLeaf = await PutAsync(MapOracle.Leaf(random, 5));
        var height1 = await PutAsync(Encode(1, With((3, leaf))));
        var beyond = await PutAsync(Encode(1, With((3, leaf), (200, leaf))));
        var length = 100 * MapOracle.SpanBytes;

        await AssertRefusedAsync(new DiskMapRoot(leaf, length), "a leaf as the root of many spans");
        await AssertRefusedAsync(new DiskMapRoot(height1, MapOracle.SpanBytes), "an inner node as the only leaf");
        await AssertRefusedAsync(new DiskMapRoot(height1, 1000 * MapOracle.SpanBytes), "an inner node that is too low");
        await AssertRefusedAsync(new DiskMapRoot(beyond, length), "a child beyond the end");
        await AssertRefusedAsync(new DiskMapRoot(await PutAsync(Encode(1, With((3, shortLeaf)))), length), "a leaf of another length");
        await AssertRefusedAsync(new DiskMapRoot(await PutAsync(Encode(1, With((3, height1)))), length), "a node as a leaf");
        await AssertRefusedAsync(new DiskMapRoot(await PutAsync(TestBytes.Random(4, 500)), length), "noise");
    }

    private async Task AssertRefusedAsync(DiskMapRoot root, string what)
    {
        var refused = await Assert.ThrowsAsync<DiskMapException>(async () =>
        {
            await foreach (var _ in oracle.Map.LeavesAsync(root, 0, default)) { }
        });
        Assert.False(refused.Node.IsZero, what);
        var span = Math.Min(3, MapOracle.Rules.SpansOf(root.Length) - 1);
        await Assert.ThrowsAsync<DiskMapException>(async () => await oracle.Map.LeafAsync(root, span, default));
    }

    private async Task<BlockId> PutAsync(byte[] bytes)
    {
        var id = DiskMap.NodeId(MapOracle.Key, bytes);
        await oracle.Nodes.PutAsync(id, bytes, default);
        return id;
    }

    private BlockId[] Children(int count)
    {
        var children = new BlockId[DiskMap.FanOut];
        foreach (var child in Enumerable.Range(0, DiskMap.FanOut).OrderBy(_ => random.Next()).Take(count)) children[child] = SpanLeafTests.Id(random.Next());
        return children;
    }

    private static BlockId[] With(params (int Child, BlockId Id)[] set)
    {
        var children = new BlockId[DiskMap.FanOut];
        foreach (var (child, id) in set) children[child] = id;
        return children;
    }

    private static byte[] Encode(int height, BlockId[] children)
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.True(InnerNode.Encode(height, children, output));
        return output.WrittenSpan.ToArray();
    }
}
