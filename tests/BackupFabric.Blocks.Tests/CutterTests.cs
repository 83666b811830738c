namespace BackupFabric.Blocks.Tests;

public sealed class CutterTests
{
    private static readonly CuttingRules Rules = CuttingRules.Default(0x1234_5678);

    [Fact]
    public void Cuts_cover_the_buffer_in_order_and_keep_the_limits()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var buffer = Disk(seed, 1 + seed * 25);
            var at = 0;
            var afterHole = false;
            foreach (var cut in Cut(Rules, buffer))
            {
                Assert.Equal(at, cut.Offset);
                Assert.True(cut.Length > 0 && cut.Length % Cluster.Size == 0);
                var bytes = buffer.AsSpan(cut.Offset, cut.Length);
                Assert.Equal(cut.IsHole, ZeroTest.IsZero(bytes));
                if (cut.IsHole) Assert.False(afterHole, "Neighbouring holes are one.");
                else AssertBlock(bytes);
                afterHole = cut.IsHole;
                at += cut.Length;
            }

            Assert.Equal(buffer.Length, at);
        }
    }

    [Fact]
    public void Blocks_are_about_as_long_as_asked_for()
    {
        var cuts = Cut(Rules, TestBytes.Random(3, 16 << 20));
        Assert.InRange(cuts.Average(c => (double)c.Length / Cluster.Size), 12, 20);
        Assert.Contains(cuts, c => c.Length == Rules.LeastClusters * Cluster.Size);
    }

    [Fact]
    public void Moved_content_is_cut_at_the_same_places_soon_after()
    {
        var content = TestBytes.Random(4, 8 << 20);
        var moved = TestBytes.Random(5, 16 << 20);
        content.CopyTo(moved.AsSpan(777 * Cluster.Size));
        var key = new IdKey(new byte[32]);
        var here = Ids(key, content, Cut(Rules, content));
        var there = Ids(key, moved, Cut(Rules, moved));
        Assert.True(here.Intersect(there).Count() > here.Count * 9 / 10);
    }

    [Fact]
    public void Cutting_again_from_any_boundary_gives_the_same_cuts()
    {
        // A changed range is widened to the old blocks and cut between their ends: unchanged bytes must not be cut otherwise.
        var buffer = Disk(7, 900);
        var cuts = Cut(Rules, buffer);
        for (var i = 0; i < cuts.Count; i++)
        {
            var rest = Cut(Rules, buffer.AsSpan(cuts[i].Offset));
            Assert.Equal(cuts.Skip(i).Select(c => c with { Offset = c.Offset - cuts[i].Offset }), rest);
        }
    }

    [Fact]
    public void Another_seed_cuts_elsewhere()
    {
        var buffer = TestBytes.Random(8, 4 << 20);
        Assert.NotEqual(Cut(Rules, buffer), Cut(Rules with { Seed = 1 }, buffer));
        Assert.Equal(Cut(Rules, buffer), Cut(Rules with { }, buffer));
    }

    [Theory]
    [InlineData("dddd000d", "b8")] // fewer zeros than a run stay inside
    [InlineData("dddd0000d", "b4 h4 b1")]
    [InlineData("00dd", "h2 b2")] // leading zeros are a hole, however few
    [InlineData("dd0", "b2 h1")] // trailing zeros too
    [InlineData("00000000", "h8")]
    [InlineData("0", "h1")]
    [InlineData("d", "b1")]
    [InlineData("", "")]
    [InlineData("d0d0d0d000000000d", "b7 h9 b1")]
    public void Zero_clusters_become_holes_by_the_rules(string clusters, string expected)
    {
        // Least as long as greatest: the content decides nothing here.
        var rules = new CuttingRules(0, 64, 64, 64, 4096, 4);
        Assert.Equal(expected, Drawn(rules, clusters));
    }

    [Fact]
    public void The_greatest_length_cuts_and_trims_zeros_at_the_cut()
    {
        var rules = new CuttingRules(0, 8, 8, 8, 4096, 4);
        Assert.Equal("b8 b8 b1", Drawn(rules, new string('d', 17)));
        Assert.Equal("b6 h3 b2", Drawn(rules, "dddddd000dd"));
    }

    [Fact]
    public void A_buffer_of_broken_clusters_or_longer_than_a_span_is_refused()
    {
        var cutter = new Cutter(new CuttingRules(0, 1, 2, 4, 8, 4));
        Assert.Throws<ArgumentException>(() => cutter.Cut(new byte[Cluster.Size + 1], []));
        Assert.Throws<ArgumentException>(() => cutter.Cut(new byte[9 * Cluster.Size], []));
    }

    [Theory]
    [InlineData(0, 16, 64, 4096, 4)]
    [InlineData(17, 16, 64, 4096, 4)]
    [InlineData(4, 65, 64, 4096, 4)]
    [InlineData(4, 16, 64, 63, 4)]
    [InlineData(4, 16, 64, CuttingRules.SpanClustersMax + 1, 4)]
    [InlineData(4, 16, 64, 4096, 0)]
    public void Rules_that_make_no_sense_are_refused(int least, int average, int greatest, int span, int zeroRun)
    {
        var rules = new CuttingRules(0, least, average, greatest, span, zeroRun);
        Assert.False(rules.AreSound);
        Assert.Throws<ArgumentException>(() => new Cutter(rules));
    }

    [Fact]
    public void Cutting_allocates_nothing_but_the_list()
    {
        var buffer = Disk(9, 2000);
        var cutter = new Cutter(Rules);
        var cuts = new List<BlockCut>(4000);
        cutter.Cut(buffer, cuts);
        cuts.Clear();
        var before = GC.GetAllocatedBytesForCurrentThread();
        cutter.Cut(buffer, cuts);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Bytes_cut_as_they_arrive_give_the_blocks_that_they_give_as_a_whole()
    {
        var random = new Random(11);
        for (var round = 0; round < 200; round++)
        {
            var rules = new CuttingRules((uint)round, 1 + round % 4, 4 + round % 5, 9 + round % 9, 256, 1 + round % 3);
            var cutter = new Cutter(rules);
            var bytes = TestBytes.Mixed(round, 256 * Cluster.Size);
            for (var hole = 0; hole < 6; hole++) bytes.AsSpan(random.Next(250) * Cluster.Size, random.Next(1, 6) * Cluster.Size).Clear();
            var whole = new List<BlockCut>();
            cutter.Cut(bytes, whole);
            var pieces = new List<BlockCut>();
            for (int from = 0, to = 0; from < bytes.Length;)
            {
                to = Math.Min(bytes.Length, to + random.Next(1, 40) * Cluster.Size);
                var first = pieces.Count;
                var cut = cutter.Cut(bytes.AsSpan(from, to - from), pieces, isEnd: to == bytes.Length);
                for (var i = first; i < pieces.Count; i++) pieces[i] = pieces[i] with { Offset = pieces[i].Offset + from };
                from += cut;
            }

            Assert.Equal(whole.Where(cut => !cut.IsHole), pieces.Where(cut => !cut.IsHole));
            Assert.Equal(bytes.Length, pieces.Sum(cut => cut.Length));
        }
    }

    internal static List<BlockCut> Cut(CuttingRules rules, ReadOnlySpan<byte> buffer)
    {
        var cuts = new List<BlockCut>();
        new Cutter(rules).Cut(buffer, cuts);
        return cuts;
    }

    /// <summary>Data with zero runs of all lengths, and single zero clusters.</summary>
    internal static byte[] Disk(int seed, int clusters)
    {
        var random = new Random(seed);
        var bytes = TestBytes.Random(seed, clusters * Cluster.Size);
        for (var at = 0; at < clusters; at += random.Next(1, 60))
            bytes.AsSpan(at * Cluster.Size, Math.Min(random.Next(1, 9), clusters - at) * Cluster.Size).Clear();
        return bytes;
    }

    private static void AssertBlock(ReadOnlySpan<byte> bytes)
    {
        Assert.True(bytes.Length <= Rules.GreatestBytes);
        Assert.False(ZeroTest.IsZero(bytes[..Cluster.Size]), "A block does not begin with a zero cluster.");
        Assert.False(ZeroTest.IsZero(bytes[^Cluster.Size..]), "A block does not end with a zero cluster.");
        var zeros = 0;
        for (var at = 0; at < bytes.Length; at += Cluster.Size)
        {
            zeros = ZeroTest.IsZero(bytes.Slice(at, Cluster.Size)) ? zeros + 1 : 0;
            Assert.True(zeros < Rules.ZeroRunClusters);
        }
    }

    private static HashSet<BlockId> Ids(IdKey key, byte[] buffer, List<BlockCut> cuts)
    {
        var ids = new BlockId[cuts.Count];
        key.IdsOf(buffer, cuts.ToArray(), ids);
        return [.. ids];
    }

    private static string Drawn(CuttingRules rules, string clusters)
    {
        var buffer = new byte[clusters.Length * Cluster.Size];
        for (var i = 0; i < clusters.Length; i++)
        {
            if (clusters[i] == 'd') buffer[i * Cluster.Size + i * 97 % Cluster.Size] = 1;
        }

        return string.Join(' ', Cut(rules, buffer).Select(c => (c.IsHole ? "h" : "b") + c.Length / Cluster.Size));
    }
}
