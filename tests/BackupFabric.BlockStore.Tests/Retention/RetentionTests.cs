using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Retention;
using BackupFabric.BlockStore.Tests.Kit;

namespace BackupFabric.BlockStore.Tests.Retention;

public sealed class RetentionTests
{
    private static readonly Guid Vm = Guid.NewGuid();
    private static readonly DateTimeOffset Noon = new(2026, 3, 31, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_last_points_are_kept_and_each_says_why()
    {
        var verdicts = For(Hourly(10), new RetentionRule(Last: 3));
        Assert.Equal([true, true, true, false, false, false, false, false, false, false], verdicts.Select(verdict => verdict.IsKept));
        Assert.Equal("among the last 3", Assert.Single(verdicts[0].KeptBecause));
    }

    [Fact]
    public void Of_each_day_the_last_point_is_kept_and_days_without_points_do_not_count()
    {
        List<Manifest> points = [At(0, 1), At(0, 5), At(3, 2), At(3, 9), At(10, 0)];
        var kept = Kept(points, new RetentionRule(Daily: 2));
        Assert.Equal([Noon.AddHours(-1), Noon.AddDays(-3).AddHours(-2)], kept);
    }

    [Fact]
    public void Weeks_months_and_years_add_up()
    {
        var points = Enumerable.Range(0, 800).Select(day => At(day, 0)).ToList();
        var rule = new RetentionRule(Last: 1, Daily: 7, Weekly: 4, Monthly: 12, Yearly: 3);
        var kept = Kept(points, rule);
        // 31 March 2026 is a Tuesday: seven days, the Sundays before (one of them among the days), the ends of months, and those of the years (one of them a month's).
        Assert.Equal(7 + 2 + 11 + 1, kept.Count);
        Assert.Contains(new DateTimeOffset(2025, 4, 30, 12, 0, 0, TimeSpan.Zero), kept);
        Assert.Contains(new DateTimeOffset(2024, 12, 31, 12, 0, 0, TimeSpan.Zero), kept);
        Assert.DoesNotContain(new DateTimeOffset(2025, 3, 31, 12, 0, 0, TimeSpan.Zero), kept);
    }

    [Fact]
    public void The_week_of_new_year_is_one_week()
    {
        List<Manifest> points = [New(new(2025, 1, 3, 0, 0, 0, TimeSpan.Zero)), New(new(2024, 12, 31, 0, 0, 0, TimeSpan.Zero)), New(new(2024, 12, 28, 0, 0, 0, TimeSpan.Zero))];
        Assert.Equal([points[0].TakenAt, points[2].TakenAt], Kept(points, new RetentionRule(Weekly: 2)));
    }

    [Fact]
    public void The_last_point_of_a_vm_stays_whatever_the_rule_says()
    {
        var other = At(500, 0) with { VmId = Guid.NewGuid() };
        var verdicts = For([.. Hourly(3), other], new RetentionRule(Last: 0));
        Assert.Equal(2, verdicts.Count(verdict => verdict.IsKept));
        Assert.All(verdicts.Where(verdict => verdict.IsKept), verdict => Assert.Equal("last of its virtual machine", Assert.Single(verdict.KeptBecause)));
        Assert.Contains(verdicts, verdict => verdict.IsKept && verdict.Point == other);
    }

    [Fact]
    public void Midnight_is_the_zones()
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("east", TimeSpan.FromHours(14), "east", "east");
        List<Manifest> points = [New(new(2026, 3, 1, 11, 0, 0, TimeSpan.Zero)), New(new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero))];
        Assert.Equal(1, RetentionDecision.For(points, new RetentionRule(Daily: 5), TimeZoneInfo.Utc).Count(verdict => verdict.IsKept));
        Assert.Equal(2, RetentionDecision.For(points, new RetentionRule(Daily: 5), zone).Count(verdict => verdict.IsKept));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Deciding_again_about_what_was_kept_keeps_all_of_it(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 50; round++)
        {
            var points = Enumerable.Range(0, random.Next(1, 200)).Select(_ => New(Noon.AddMinutes(-random.Next(1_500_000))) with { VmId = random.Next(2) == 0 ? Vm : Guid.Empty }).ToList();
            var rule = new RetentionRule(random.Next(4), random.Next(8), random.Next(5), random.Next(13), random.Next(4));
            var kept = For(points, rule).Where(verdict => verdict.IsKept).Select(verdict => verdict.Point).ToList();
            Assert.Equal(points.Select(point => point.VmId).Distinct().Order(), kept.Select(point => point.VmId).Distinct().Order());
            Assert.All(For(kept, rule), verdict => Assert.True(verdict.IsKept));
        }
    }

    private static IReadOnlyList<RetentionVerdict> For(List<Manifest> points, RetentionRule rule) => RetentionDecision.For(points, rule, TimeZoneInfo.Utc);

    private static List<DateTimeOffset> Kept(List<Manifest> points, RetentionRule rule) =>
        [.. For(points, rule).Where(verdict => verdict.IsKept).Select(verdict => verdict.Point.TakenAt)];

    private static List<Manifest> Hourly(int count) => [.. Enumerable.Range(0, count).Select(hour => At(0, hour))];

    private static Manifest At(int daysAgo, int hoursAgo) => New(Noon.AddDays(-daysAgo).AddHours(-hoursAgo));

    private static Manifest New(DateTimeOffset takenAt) => TestDisk.PointOf(Vm, takenAt);
}
