using BackupFabric.Blocks.Maps;
using BackupFabric.Blocks.Spans;

namespace BackupFabric.Blocks.Tests.Spans;

public sealed class SpanScheduleTests
{
    private static readonly CuttingRules Rules = new(7, LeastClusters: 2, AverageClusters: 6, GreatestClusters: 16, SpanClusters: 64, ZeroRunClusters: 4);
    private static readonly IdKey Key = new(new byte[32]);

    [Fact]
    public async Task Ranges_are_divided_among_the_spans_they_touch()
    {
        var span = Rules.SpanBytes;
        List<(long Span, List<ByteRange> Ranges)> touched = [];
        await foreach (var part in SpanSchedule.TouchedAsync(Ranges((100, 512), (1000, 1), (span - 10, 20), (5 * span, 2 * span)), Rules, CancellationToken.None)) touched.Add(part);
        Assert.Equal([0L, 1, 5, 6], touched.Select(part => part.Span));
        Assert.Equal([new ByteRange(100, 512), new(1000, 1), new(span - 10, 10)], touched[0].Ranges);
        Assert.Equal([new ByteRange(span, 10)], touched[1].Ranges);
        Assert.Equal([new ByteRange(6 * span, span)], touched[3].Ranges);
    }

    [Fact]
    public void Ranges_within_one_cluster_are_one_region()
    {
        var old = new List<SpanEntry> { new(64, default) };
        var plan = SpanSchedule.Changed(0, [new(0, 512), new(1024, 512), new(3000, 1200), new(8192, 1)], old, Rules.SpanBytes, Rules.SpanBytes, Rules);
        Assert.Equal([new ClusterRange(0, 3)], plan.Regions);
        Assert.Equal([new SpanRead(0, 3 * Cluster.Size, 0)], plan.Reads);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void However_little_is_read_the_leaf_says_what_the_disk_holds(int seed)
    {
        var (random, cutter, cuts) = (new Random(seed), new Cutter(Rules), new SpanCuts());
        var buffer = new byte[Rules.SpanBytes];
        for (var round = 0; round < 100; round++)
        {
            var length = random.Next(1, (int)Rules.SpanBytes / 512) * 512;
            var disk = new byte[length];
            for (var i = 0; i < 20; i++) random.NextBytes(Part(disk, random));
            var blocks = new Dictionary<BlockId, byte[]>();
            random.NextBytes(buffer);
            var full = SpanSchedule.Full(0, Allocated(disk), length, Rules);
            Load(full, disk, buffer);
            cuts.Cut(full, buffer, cutter, Key);
            Remember(cuts, buffer, blocks);
            Assert.Equal(disk, Content(cuts.Merged, blocks, length));

            var ranges = new List<ByteRange>();
            for (var at = 0; at < length; at += 512 * random.Next(1, 200))
            {
                var part = disk.AsSpan(at, Math.Min(length - at, 512 * random.Next(1, 9)));
                if (random.Next(2) == 0) random.NextBytes(part);
                else part.Clear();
                ranges.Add(new(at, part.Length));
                at += part.Length;
            }

            random.NextBytes(buffer);
            var changed = SpanSchedule.Changed(0, ranges, [.. cuts.Merged], length, length, Rules);
            Load(changed, disk, buffer);
            cuts.Cut(changed, buffer, cutter, Key);
            Remember(cuts, buffer, blocks);
            Assert.Equal(disk, Content(cuts.Merged, blocks, length));
            Assert.Equal(SpanSchedule.ClustersOf(0, length, Rules), cuts.Merged.Sum(entry => entry.Clusters));
        }
    }

    private static Span<byte> Part(byte[] disk, Random random)
    {
        var at = random.Next(disk.Length);
        return disk.AsSpan(at, random.Next(Math.Min(disk.Length - at, 20_000)));
    }

    /// <summary>Of a span whose leaf is wrong in what is not read, the buffer would show it: it was full of noise before.</summary>
    private static void Load(SpanPlan plan, byte[] disk, byte[] buffer)
    {
        plan.ClearGaps(buffer);
        foreach (var read in plan.Reads) disk.AsSpan((int)read.Offset, read.Length).CopyTo(buffer.AsSpan(read.At));
    }

    private static void Remember(SpanCuts cuts, byte[] buffer, Dictionary<BlockId, byte[]> blocks)
    {
        for (var i = 0; i < cuts.Cuts.Count; i++) blocks[cuts.IdOf(i)] = buffer.AsSpan(cuts.Cuts[i].Offset, cuts.Cuts[i].Length).ToArray();
    }

    private static byte[] Content(List<SpanEntry> entries, Dictionary<BlockId, byte[]> blocks, int length) =>
        [.. entries.SelectMany(entry => entry.IsHole ? new byte[entry.Clusters * Cluster.Size] : blocks[entry.Id]).Take(length)];

    private static List<ByteRange> Allocated(byte[] disk) =>
        [.. Enumerable.Range(0, disk.Length / 512).Where(sector => !ZeroTest.IsZero(disk.AsSpan(sector * 512, 512))).Select(sector => new ByteRange(sector * 512, 512))];

    private static IAsyncEnumerable<ByteRange> Ranges(params (long Offset, long Length)[] ranges) => ranges.Select(range => new ByteRange(range.Offset, range.Length)).ToAsyncEnumerable();
}
