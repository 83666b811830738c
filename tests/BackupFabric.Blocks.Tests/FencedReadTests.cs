using BackupFabric.Blocks.Blake3;
using BackupFabric.Blocks.Lz4;

namespace BackupFabric.Blocks.Tests;

/// <summary>Vector code likes to read a little more than it needs. Here the byte behind the input belongs to nobody.</summary>
public sealed class FencedReadTests
{
    private static readonly CuttingRules Rules = CuttingRules.Default(5);

    [Fact]
    public void Hashing_reads_nothing_behind_its_input()
    {
        var id = new byte[32];
        foreach (var length in Lengths())
        {
            foreach (var path in Enum.GetValues<Blake3Path>().Where(Blake3Paths.Supports))
                TreeHash.Hash(HashMode.Plain, path, Fenced(length).Input, id);
        }
    }

    [Fact]
    public void Compressing_reads_nothing_behind_its_input()
    {
        var compressor = new Lz4Compressor(1);
        var payload = new byte[BlockSealer.BoundOf(70_000)];
        foreach (var length in Lengths()) compressor.Compress(Fenced(length).Input, payload, length);
    }

    [Fact]
    public void The_zero_test_and_the_cutter_read_nothing_behind_their_input()
    {
        var cuts = new List<BlockCut>();
        var cutter = new Cutter(Rules);
        foreach (var length in Lengths())
        {
            Assert.True(ZeroTest.IsZero(FencedMemory.Holding(new byte[length], 0).Input));
            cutter.Cut(Fenced(length / Cluster.Size * Cluster.Size).Input, cuts);
        }
    }

    private static FencedMemory Fenced(int length) => FencedMemory.Holding(TestBytes.Mixed(length, length), 0);

    private static IEnumerable<int> Lengths() => Enumerable.Range(0, 300).Concat([1023, 1024, 1025, 2048, 4096, 5000, 8192, 16_384, 17_000, 33_333, 61_440, 65_535]);
}
