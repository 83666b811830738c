using System.Globalization;

namespace BackupFabric.Agent.HyperV.Wmi;

/// <summary>WMI datetimes: yyyymmddHHMMSS.mmmmmmsUUU, where sUUU is the offset from UTC in minutes.</summary>
internal static class DmtfTime
{
    private const int Length = 25;

    public static DateTimeOffset? Parse(string? text)
    {
        if (text is null || text.Length != Length || text[14] != '.') return null;
        if (!DateTime.TryParseExact(text.AsSpan(0, 21), "yyyyMMddHHmmss.ffffff", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)) return null;
        if (!int.TryParse(text.AsSpan(21), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var minutes) || Math.Abs(minutes) > 14 * 60) return null;
        return new DateTimeOffset(local, TimeSpan.FromMinutes(minutes)).ToUniversalTime();
    }
}
