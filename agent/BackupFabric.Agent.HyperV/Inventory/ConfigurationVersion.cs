using System.Globalization;

namespace BackupFabric.Agent.HyperV.Inventory;

/// <summary>A VM's configuration version ("9.0"), compared number by number.</summary>
internal readonly record struct ConfigurationVersion(int Major, int Minor) : IComparable<ConfigurationVersion>
{
    /// <summary>From here on change tracking is certain.</summary>
    public static readonly ConfigurationVersion ChangeTracking = new(8, 0);

    /// <summary>From here on sources disagree about change tracking: it is probed.</summary>
    public static readonly ConfigurationVersion ChangeTrackingPerhaps = new(6, 2);

    /// <summary>An unreadable version counts as 0.0: nothing is taken for granted then.</summary>
    public static ConfigurationVersion Parse(string? text)
    {
        var parts = (text ?? "").Split('.');
        return int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            ? new(major, parts.Length > 1 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor) ? minor : 0)
            : default;
    }

    public int CompareTo(ConfigurationVersion other) => Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    public static bool operator <(ConfigurationVersion left, ConfigurationVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(ConfigurationVersion left, ConfigurationVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(ConfigurationVersion left, ConfigurationVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ConfigurationVersion left, ConfigurationVersion right) => left.CompareTo(right) >= 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");
}
