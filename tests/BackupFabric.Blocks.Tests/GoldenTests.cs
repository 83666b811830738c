using System.Buffers;
using System.Text;
using BackupFabric.Blocks.Blake3;
using BackupFabric.Blocks.Maps;

namespace BackupFabric.Blocks.Tests;

/// <summary>
/// The bytes of FORMAT.md as they are on disks out there. A test that fails here says: the format changed. Then it needs a new version and a reader
/// for the old one, not a new expectation. The expectations were computed from that page by an independent program on top of <c>b3sum</c>.
/// </summary>
public sealed class GoldenTests
{
    private static readonly IdKey Key = new(Encoding.ASCII.GetBytes("a key for the golden tests only."));

    [Fact]
    public void Ids_of_blocks_do_not_change()
    {
        Assert.Equal("c38eea4be1e6efc8cf33b328a3f4c65af6bd163655d99cd1dfe0ae603d51c67c", Key.IdOf([]).ToString());
        Assert.Equal("24fedc6a889b48e8bc841157bdf7b956578d1aacba23dedb5a1917878e2bcab0", Key.IdOf(Sample(1)).ToString());
        Assert.Equal("553714b7fe979b6624d703fa7ecb435ba5a3674c8e3290eb618ff0adfea07050", Key.IdOf(Sample(16)).ToString());
        Assert.Equal("08c5c495e7b77f1e76b0c6414073749d42bb9edd77fbf8b323d381edf686a180", Key.IdOf(Sample(64)).ToString());
    }

    [Fact]
    public void A_leaf_does_not_change()
    {
        var leaf = Leaf();
        const string a = "1111111111111111111111111111111111111111111111111111111111111111", b = "2222222222222222222222222222222222222222222222222222222222222222";
        Assert.Equal("42464c01" + "8020" + "09" + a + "8101" + b + "e43e" + "15" + a, Convert.ToHexStringLower(leaf));
        Assert.Equal("75312c02db6a6c592037bb0d6456b2808d79a0fb372d17b4d27507433229794b", DiskMap.NodeId(Key, leaf).ToString());
    }

    [Fact]
    public void An_inner_node_does_not_change()
    {
        var children = new BlockId[DiskMap.FanOut];
        children[0] = Block(0x11);
        children[9] = Block(0x22);
        children[255] = Block(0x33);
        var output = new ArrayBufferWriter<byte>();
        InnerNode.Encode(2, children, output);
        const string bitmap = "01020000000000000000000000000000" + "00000000000000000000000000000080";
        Assert.Equal("42464e01" + "02" + bitmap + new string('1', 64) + new string('2', 64) + new string('3', 64), Convert.ToHexStringLower(output.WrittenSpan));
        Assert.Equal("bb5ed2417878557f7c42e0c7379f5f63d2d539853a7564b9bac58f2c6bc32ca3", DiskMap.NodeId(Key, output.WrittenSpan).ToString());
    }

    [Fact]
    public async Task The_root_of_a_disk_does_not_change()
    {
        var rules = CuttingRules.Default(1);
        var map = new DiskMap(new Maps.MemoryNodes(Key), Key, rules);
        var leaves = new Dictionary<long, byte[]> { [3] = Leaf(), [700] = Leaf(), [70_000] = Leaf() };
        var root = await map.PatchAsync(null, 2L << 40, Tests.Maps.MapOracle.Stream(leaves), default);
        Assert.Equal("58d6f49fd73a7fb4677fb7e5412eb8be6e354bab66c2d803e50f95a5d5412f0d", root.Id.ToString());
    }

    [Fact]
    public void Cluster_hashes_do_not_change()
    {
        Assert.Equal([0xB97B0813U, 0x196F8140U, 0xC15F0BD6U, 0x7E95AC9EU], Enumerable.Range(0, 4).Select(seed => HashOf(Sample(1), (uint)seed * 0x3456_789A)));
    }

    [Fact]
    public void Cuts_do_not_change()
    {
        var disk = Sample(600);
        disk.AsSpan(100 * Cluster.Size, 3 * Cluster.Size).Clear();
        disk.AsSpan(200 * Cluster.Size, 40 * Cluster.Size).Clear();
        disk.AsSpan(595 * Cluster.Size).Clear();
        var cuts = CutterTests.Cut(new CuttingRules(0xC0FFEE, 4, 16, 64, 4096, 4), disk);
        Assert.Equal(
            "14 4 8 7 7 4 12 5 15 8 9 6 14 5 17 5 20 11 29 h40 6 12 13 9 13 7 38 27 8 4 6 20 24 16 6 38 24 12 4 11 9 7 4 9 11 17 h5",
            string.Join(' ', cuts.Select(c => (c.IsHole ? "h" : "") + c.Length / Cluster.Size)));
    }

    [Fact]
    public void Codec_numbers_do_not_change()
    {
        Assert.Equal((0, 1, 2), ((int)BlockCodec.None, (int)BlockCodec.Lz4, (int)BlockCodec.Zstd));
        using var sealer = new BlockSealer();
        var plain = new byte[20];
        Assert.True(sealer.TryOpen(BlockCodec.Lz4, Convert.FromHexString("566162636465" + "0500" + "50767778797a"), plain));
        Assert.Equal("abcdeabcdeabcdevwxyz", Encoding.ASCII.GetString(plain));
    }

    [Fact]
    public void The_default_rules_do_not_change()
    {
        Assert.Equal(new CuttingRules(9, 8, 16, 32, 4096, 4), CuttingRules.Default(9));
        Assert.Equal((4096, 256, 32), (Cluster.Size, DiskMap.FanOut, BlockId.Size));
    }

    private static unsafe uint HashOf(byte[] cluster, uint seed)
    {
        fixed (byte* bytes = cluster) return ClusterHash.Of(bytes, seed);
    }

    /// <summary>Bytes that do not depend on any library's random numbers: BLAKE3's own output stream.</summary>
    private static byte[] Sample(int clusters)
    {
        var bytes = new byte[clusters * Cluster.Size];
        Blake3Hash.Plain("golden"u8, bytes);
        return bytes;
    }

    private static BlockId Block(byte value) => BlockId.Read(Enumerable.Repeat(value, BlockId.Size).ToArray());

    private static byte[] Leaf()
    {
        var output = new ArrayBufferWriter<byte>();
        SpanLeaf.Encode([new(4, Block(0x11)), new(64, Block(0x22)), new(3990, BlockId.Zero), new(28, BlockId.Zero), new(10, Block(0x11))], output);
        return output.WrittenSpan.ToArray();
    }
}
