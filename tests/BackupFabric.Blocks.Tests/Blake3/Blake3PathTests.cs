using System.Text;
using BackupFabric.Blocks.Blake3;

namespace BackupFabric.Blocks.Tests.Blake3;

public sealed class Blake3PathTests
{
    private static readonly byte[] Key = Encoding.ASCII.GetBytes("whats the Elvish word for friend");

    public static TheoryData<string> Paths => Blake3VectorTests.Paths;

    [Theory]
    [MemberData(nameof(Paths))]
    public void Random_lengths_hash_as_on_the_scalar_path(string pathName)
    {
        var path = Blake3VectorTests.PathNamed(pathName);
        var random = new Random(7_301);
        var data = Bytes(random, 3 << 20);
        var mode = HashMode.Keyed(Key);
        byte[] expected = new byte[64], actual = new byte[64];
        for (var round = 0; round < 120; round++)
        {
            var length = round % 4 == 3 ? random.Next(data.Length) : random.Next(80_000);
            var input = data.AsSpan(random.Next(data.Length - length), length);
            TreeHash.Hash(mode, Blake3Path.Scalar, input, expected);
            TreeHash.Hash(mode, path, input, actual);
            Assert.True(expected.AsSpan().SequenceEqual(actual), $"{length} bytes");
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Many_blocks_side_by_side_get_the_ids_they_get_alone(string pathName)
    {
        var path = Blake3VectorTests.PathNamed(pathName);
        var random = new Random(7_302);
        var data = Bytes(random, 4 << 20);
        var key = new IdKey(Key);
        for (var round = 0; round < 12; round++)
        {
            var cuts = RandomCuts(random, data.Length, clustersOnly: round % 2 == 0);
            var ids = new BlockId[cuts.Count];
            key.IdsOf(path, data, cuts.ToArray(), ids);
            for (var i = 0; i < cuts.Count; i++)
            {
                var alone = cuts[i].IsHole ? BlockId.Zero : key.IdOf(data.AsSpan(cuts[i].Offset, cuts[i].Length));
                Assert.True(alone == ids[i], $"round {round}, cut {i}: {cuts[i]}");
            }
        }
    }

    [Fact]
    public void A_cut_outside_the_buffer_is_refused()
    {
        var key = new IdKey(Key);
        var ids = new BlockId[1];
        foreach (var cut in new BlockCut[] { new(0, 4097, false), new(4096, 1, false), new(-1, 1, false), new(0, -1, false), new(int.MaxValue, int.MaxValue, false) })
            Assert.Throws<ArgumentException>(() => key.IdsOf(new byte[4096], [cut], ids));
        Assert.Throws<ArgumentException>(() => key.IdsOf(new byte[4096], [new(0, 1, false)], []));
    }

    [Fact]
    public async Task The_b3sum_tool_agrees_plain_and_keyed()
    {
        ExternalTool.Require("b3sum");
        var random = new Random(7_303);
        foreach (var length in new[] { 0, 1, 64, 1023, 1024, 1025, 4096, 65_536, 65_537, 1 << 20, (2 << 20) + 77 })
        {
            var data = Bytes(random, length);
            var file = Path.GetTempFileName();
            try
            {
                await File.WriteAllBytesAsync(file, data);
                var plain = new byte[32];
                Blake3Hash.Plain(data, plain);
                Assert.Equal(await SumAsync([], "--no-names", file), Convert.ToHexStringLower(plain));
                Assert.Equal(await SumAsync(Key, "--no-names", "--keyed", file), new IdKey(Key).IdOf(data).ToString());
            }
            finally
            {
                File.Delete(file);
            }
        }
    }

    private static async Task<string> SumAsync(byte[] input, params string[] arguments) =>
        Encoding.ASCII.GetString(await ExternalTool.RunAsync("b3sum", input, arguments)).Trim();

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static List<BlockCut> RandomCuts(Random random, int length, bool clustersOnly)
    {
        var cuts = new List<BlockCut>();
        for (var offset = 0; offset < length;)
        {
            var size = random.Next(20) switch
            {
                0 when !clustersOnly => random.Next(3),
                1 => random.Next(1 << 20),
                _ when !clustersOnly => random.Next(1, 70_000),
                _ => random.Next(1, 64) * Cluster.Size,
            };
            if (clustersOnly) size = Math.Max(1, size / Cluster.Size) * Cluster.Size;
            size = Math.Min(size, length - offset);
            cuts.Add(new BlockCut(offset, size, random.Next(10) == 0));
            offset += size;
        }

        return cuts;
    }
}
