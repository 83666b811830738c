using System.Globalization;

namespace BackupFabric.Agent.Lab.Wmi;

/// <summary>Times as WMI writes them.</summary>
internal static class Dmtf
{
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMddHHmmss.ffffff", CultureInfo.InvariantCulture) + "+000";

    public static string Interval(TimeSpan span) =>
        string.Create(CultureInfo.InvariantCulture, $"{span.Days:00000000}{span.Hours:00}{span.Minutes:00}{span.Seconds:00}.{span.Microseconds + (span.Milliseconds * 1000):000000}:000");
}
