using System.Globalization;

namespace BackupFabric.Cli.Output;

/// <summary>Sizes in binary units, times in the reader's own zone with the offset shown.</summary>
internal static class Units
{
    private static readonly string[] _names = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    public static string Bytes(long bytes)
    {
        double value = bytes;
        var unit = 0;
        while (Math.Abs(value) >= 1024 && unit < _names.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        if (unit == 0) return $"{bytes} B";
        return (Math.Abs(value) < 100 ? value.ToString("0.0", CultureInfo.InvariantCulture) : Math.Truncate(value).ToString("0", CultureInfo.InvariantCulture)) + " " + _names[unit];
    }

    public static string Time(DateTimeOffset? at) => Format(at, "yyyy-MM-dd HH:mm:ss zzz");

    /// <summary>For lists, where seconds cost width.</summary>
    public static string Minute(DateTimeOffset? at) => Format(at, "yyyy-MM-dd HH:mm zzz");

    public static string Span(TimeSpan span) =>
        span.TotalSeconds < 59.95 ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, span.TotalSeconds):0.0} s")
        : span.TotalHours < 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes}m {span.Seconds:00}s")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours}h {span.Minutes:00}m");

    public static int Percent(long done, long work) => work <= 0 ? 0 : (int)Math.Clamp(100.0 * done / work, 0, 100);

    /// <summary>Enough of an id to type; every command takes an unambiguous beginning.</summary>
    public static string Short(Guid id) => id.ToString("N")[..12];

    private static string Format(DateTimeOffset? at, string format) =>
        at is { } moment ? moment.ToLocalTime().ToString(format, CultureInfo.InvariantCulture) : "";
}
