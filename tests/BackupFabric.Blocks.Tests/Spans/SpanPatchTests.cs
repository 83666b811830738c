using BackupFabric.Blocks.Maps;
using BackupFabric.Blocks.Spans;

namespace BackupFabric.Blocks.Tests.Spans;

public sealed class SpanPatchTests
{
    private static readonly CuttingRules Rules = new(7, LeastClusters: 2, AverageClusters: 6, GreatestClusters: 16, SpanClusters: 128, ZeroRunClusters: 4);
    private static readonly IdKey Key = new(new byte[32]);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Whatever_changes_the_patched_leaf_covers_the_span_and_says_what_reading_everything_would(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 60; round++)
        {
            var clusters = random.Next(1, Rules.SpanClusters + 1);
            var before = RandomSpan(random, clusters);
            var blocks = new Dictionary<BlockId, byte[]>();
            var old = CutAll(before, blocks);
            var (after, changed) = Change(random, before, clusters);

            var regions = new List<ClusterRange>();
            SpanPatch.Widen(old, changed, regions);
            var fresh = regions.SelectMany(r => CutAll(after.AsSpan(r.Start * Cluster.Size, r.Length * Cluster.Size), blocks)).ToList();
            var merged = new List<SpanEntry>();
            SpanPatch.Merge(old, regions, fresh, merged);

            Assert.Equal(clusters, merged.Sum(e => e.Clusters));
            Assert.DoesNotContain(merged.Zip(merged.Skip(1)), pair => pair.First.IsHole && pair.Second.IsHole);
            Assert.True(Content(merged, blocks).AsSpan().SequenceEqual(after), $"Seed {seed}, round {round}: the content differs.");
            Assert.All(changed, c => Assert.Contains(regions, r => r.Start <= c.Start && c.End <= r.End));
            Assert.All(regions.Zip(regions.Skip(1)), pair => Assert.True(pair.First.End < pair.Second.Start));
        }
    }

    [Fact]
    public void A_change_in_a_block_takes_the_whole_block_and_a_change_in_a_hole_only_itself()
    {
        List<SpanEntry> old = [new(10, Id(1)), new(100, default), new(18, Id(2))];
        var regions = new List<ClusterRange>();

        SpanPatch.Widen(old, [new(3, 1), new(50, 2)], regions);
        Assert.Equal([new ClusterRange(0, 10), new ClusterRange(50, 2)], regions);

        SpanPatch.Widen(old, [new(9, 3), new(109, 2)], regions);
        Assert.Equal([new ClusterRange(0, 12), new ClusterRange(109, 19)], regions);
    }

    [Fact]
    public void Nothing_changed_means_nothing_is_read_and_the_leaf_stays()
    {
        List<SpanEntry> old = [new(10, Id(1)), new(118, default)];
        var (regions, merged) = (new List<ClusterRange>(), new List<SpanEntry>());
        SpanPatch.Widen(old, [], regions);
        SpanPatch.Merge(old, regions, [], merged);
        Assert.Empty(regions);
        Assert.Equal(old, merged);
    }

    [Fact]
    public void A_leaf_of_a_disk_that_has_grown_covers_the_new_end_with_a_hole()
    {
        List<SpanEntry> ending = [new(10, Id(1))];
        SpanPatch.Extend(ending, 12);
        Assert.Equal([new SpanEntry(10, Id(1)), new SpanEntry(2, default)], ending);

        List<SpanEntry> hole = [new(10, default)];
        SpanPatch.Extend(hole, 12);
        Assert.Equal([new SpanEntry(12, default)], hole);
    }

    private static BlockId Id(ulong n) => new(n, n, n, n);

    private static byte[] RandomSpan(Random random, int clusters)
    {
        var content = new byte[clusters * Cluster.Size];
        for (var c = 0; c < clusters; c += random.Next(1, 20))
        {
            if (random.Next(3) > 0) random.NextBytes(content.AsSpan(c * Cluster.Size, Math.Min(random.Next(1, 16), clusters - c) * Cluster.Size));
        }

        return content;
    }

    private static (byte[] After, List<ClusterRange> Changed) Change(Random random, byte[] before, int clusters)
    {
        var after = (byte[])before.Clone();
        var changed = new List<ClusterRange>();
        for (var at = random.Next(clusters); at < clusters; at += random.Next(2, 60))
        {
            var length = Math.Min(random.Next(1, 10), clusters - at);
            var place = after.AsSpan(at * Cluster.Size, length * Cluster.Size);
            if (random.Next(3) == 0) place.Clear();
            else random.NextBytes(place);
            changed.Add(new ClusterRange(at, length));
            at += length;
        }

        return (after, changed);
    }

    private static List<SpanEntry> CutAll(ReadOnlySpan<byte> content, Dictionary<BlockId, byte[]> blocks)
    {
        var cuts = new List<BlockCut>();
        new Cutter(Rules).Cut(content, cuts);
        var entries = new List<SpanEntry>();
        foreach (var cut in cuts)
        {
            var id = cut.IsHole ? default : Key.IdOf(content.Slice(cut.Offset, cut.Length));
            if (!cut.IsHole) blocks[id] = content.Slice(cut.Offset, cut.Length).ToArray();
            entries.Add(new SpanEntry(cut.Length / Cluster.Size, id));
        }

        return entries;
    }

    private static byte[] Content(List<SpanEntry> entries, Dictionary<BlockId, byte[]> blocks) =>
        [.. entries.SelectMany(e => e.IsHole ? new byte[e.Clusters * Cluster.Size] : blocks[e.Id])];
}
