using BackupFabric.Blocks.Maps;
using BackupFabric.Blocks.Spans;

namespace BackupFabric.Blocks.Tests.Spans;

public sealed class SpanDifferenceTests
{
    [Fact]
    public void Equal_spans_do_not_differ_and_a_changed_block_differs_whole()
    {
        List<SpanEntry> old = [new(10, Id(1)), new(20, default), new(4, Id(2))];
        Assert.Empty(Find(old, old));
        Assert.Equal([new ClusterRange(30, 4)], Find(old, [new(10, Id(1)), new(20, default), new(4, Id(3))]));
    }

    [Fact]
    public void The_same_block_at_another_place_differs_and_a_hole_does_not_care_where_it_began()
    {
        Assert.Equal([new ClusterRange(0, 12)], Find([new(10, Id(1)), new(2, default)], [new(2, default), new(10, Id(1))]));
        Assert.Equal([new ClusterRange(5, 3)], Find([new(20, default)], [new(5, default), new(3, Id(1)), new(12, default)]));
        Assert.Equal([new ClusterRange(5, 3)], Find([new(5, default), new(3, Id(1)), new(12, default)], [new(20, default)]));
    }

    [Fact]
    public void Beyond_the_old_end_content_differs_and_holes_do_not()
    {
        Assert.Equal([new ClusterRange(15, 5)], Find([new(10, Id(1))], [new(10, Id(1)), new(5, default), new(5, Id(2))]));
        Assert.Equal([new ClusterRange(0, 3)], Find([], [new(3, Id(2)), new(5, default)]));
        Assert.Empty(Find([new(10, Id(1)), new(5, Id(2))], [new(10, Id(1))]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_says_of_each_cluster_what_comparing_clusters_says(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var old = Entries(random, random.Next(1, 100));
            var now = random.Next(3) == 0 ? Entries(random, random.Next(1, 100)) : Replaced(old, random);
            var (before, after) = (Clusters(old), Clusters(now));
            var told = Find(old, now);
            for (var i = 0; i < after.Count; i++)
            {
                var differs = after[i] != (i < before.Count ? before[i] : default);
                Assert.Equal(differs, told.Any(range => range.Start <= i && i < range.End));
            }

            Assert.All(told.Zip(told.Skip(1)), pair => Assert.True(pair.First.End < pair.Second.Start));
        }
    }

    private static List<ClusterRange> Find(List<SpanEntry> old, List<SpanEntry> now)
    {
        var differing = new List<ClusterRange> { new(1, 1) };
        SpanDifference.Find(old, now, differing);
        return differing;
    }

    private static List<SpanEntry> Entries(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new SpanEntry(random.Next(1, 5), random.Next(3) == 0 ? default : Id((ulong)random.Next(1, 9))))];

    private static List<SpanEntry> Replaced(List<SpanEntry> old, Random random) => old.ConvertAll(entry => random.Next(5) == 0 ? entry with { Id = Id((ulong)random.Next(9)) } : entry);

    /// <summary>Each cluster as its block and its place in the block.</summary>
    private static List<(BlockId Id, int At)> Clusters(List<SpanEntry> entries) =>
        [.. entries.SelectMany(entry => Enumerable.Range(0, entry.Clusters).Select(i => entry.IsHole ? default : (entry.Id, i + 1)))];

    private static BlockId Id(ulong n) => new(n, n, n, n);
}
