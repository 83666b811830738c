namespace BackupFabric.Disks.Tests;

/// <summary>Every operation, judged by a bitmap on which it is obvious.</summary>
public sealed class ExtentsTests
{
    private const int Universe = 200;

    [Fact]
    public void Sets_of_ranges_behave_like_bitmaps()
    {
        for (int seed = 0; seed < 2000; seed++)
        {
            try
            {
                MustBehave(seed);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}.", e);
            }
        }
    }

    [Fact]
    public void Rounding_near_the_end_of_what_can_be_addressed_does_not_overflow()
    {
        Extents last = Extents.Of([new DiskRange(long.MaxValue - 5, 3)]);

        Assert.Equal([new DiskRange(long.MaxValue - (long.MaxValue % 4096), long.MaxValue % 4096)], last.RoundTo(4096, long.MaxValue).Ranges);
    }

    [Theory]
    [InlineData(-1, 5)]
    [InlineData(5, -1)]
    [InlineData(long.MaxValue, 1)]
    public void Impossible_ranges_are_refused(long offset, long length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Extents.Of([new DiskRange(offset, length)]));

    private static void MustBehave(int seed)
    {
        Random random = new(seed);
        (Extents a, bool[] bitsA) = Make(random);
        (Extents b, bool[] bitsB) = Make(random);

        MustEqual(a, i => bitsA[i]);
        MustEqual(a.Union(b), i => bitsA[i] || bitsB[i]);
        MustEqual(a.Intersect(b), i => bitsA[i] && bitsB[i]);
        MustEqual(a.Except(b), i => bitsA[i] && !bitsB[i]);
        int offset = random.Next(Universe), length = random.Next(Universe - offset);
        MustEqual(a.Clip(offset, length), i => bitsA[i] && i >= offset && i < offset + length);
        int unit = 1 + random.Next(20), limit = random.Next(Universe);
        MustEqual(a.RoundTo(unit, limit), i => i < limit && Enumerable.Range(i / unit * unit, unit).Any(j => j < Universe && bitsA[j] && j < RoundedUp(limit, unit)));
        for (int i = 0; i < Universe; i++) Assert.Equal(bitsA[i], a.Contains(i));
        Assert.Equal(bitsA.Count(x => x), a.TotalLength);
    }

    private static int RoundedUp(int value, int unit) => (value + unit - 1) / unit * unit;

    private static (Extents Extents, bool[] Bits) Make(Random random)
    {
        bool[] bits = new bool[Universe];
        List<DiskRange> ranges = [];
        for (int i = random.Next(12); i > 0; i--)
        {
            int offset = random.Next(Universe), length = random.Next(Math.Min(30, Universe - offset));
            ranges.Add(new DiskRange(offset, length));
            bits.AsSpan(offset, length).Fill(true);
        }

        return (Extents.Of(ranges), bits);
    }

    private static void MustEqual(Extents extents, Func<int, bool> expected)
    {
        bool[] bits = new bool[Universe * 2];
        long end = -1;
        foreach (DiskRange range in extents.Ranges)
        {
            Assert.True(range.Length > 0);
            Assert.True(range.Offset > end, "Ranges touch or are out of order.");
            end = range.End;
            bits.AsSpan((int)range.Offset, (int)range.Length).Fill(true);
        }

        for (int i = 0; i < Universe; i++) Assert.True(expected(i) == bits[i], $"At {i}.");
        Assert.DoesNotContain(true, bits[Universe..]);
    }
}
