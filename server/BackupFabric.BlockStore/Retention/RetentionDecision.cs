using System.Globalization;
using BackupFabric.BlockStore.Points;

namespace BackupFabric.BlockStore.Retention;

/// <summary>Which points a rule keeps, and why. A pure function of the points: it asks no clock, so nothing goes only because time has passed.</summary>
public static class RetentionDecision
{
    private static readonly (string Name, Func<RetentionRule, int> Count, Func<DateTimeOffset, int> Period)[] Periods =
    [
        ("day", rule => rule.Daily, at => at.Year * 1000 + at.DayOfYear),
        ("week", rule => rule.Weekly, at => ISOWeek.GetYear(at.Date) * 100 + ISOWeek.GetWeekOfYear(at.Date)),
        ("month", rule => rule.Monthly, at => at.Year * 100 + at.Month),
        ("year", rule => rule.Yearly, at => at.Year),
    ];

    /// <summary>A verdict on each point, VM by VM, newest first. The last point of a VM is always kept.</summary>
    /// <param name="zone">Whose midnight divides days.</param>
    public static IReadOnlyList<RetentionVerdict> For(IEnumerable<Manifest> points, RetentionRule rule, TimeZoneInfo zone) =>
        [.. points.GroupBy(point => point.VmId).SelectMany(vm => OfVm([.. vm.OrderByDescending(point => point.TakenAt).ThenByDescending(point => point.PointId)], rule, zone))];

    private static IEnumerable<RetentionVerdict> OfVm(List<Manifest> newestFirst, RetentionRule rule, TimeZoneInfo zone)
    {
        var seen = Periods.Select(_ => new HashSet<int>()).ToArray();
        for (var i = 0; i < newestFirst.Count; i++)
        {
            var reasons = new List<string>();
            if (i < rule.Last) reasons.Add($"among the last {rule.Last}");
            var takenAt = TimeZoneInfo.ConvertTime(newestFirst[i].TakenAt, zone);
            for (var period = 0; period < Periods.Length; period++)
            {
                var wanted = Periods[period].Count(rule);
                if (seen[period].Count < wanted && seen[period].Add(Periods[period].Period(takenAt))) reasons.Add($"last of its {Periods[period].Name}");
            }

            if (i == 0 && reasons.Count == 0) reasons.Add("last of its virtual machine");
            yield return new(newestFirst[i], reasons);
        }
    }
}
