using System.Text;

namespace BackupFabric.Agent.HyperV.Wmi;

/// <summary>The parts of an object path: \\HOST\root\virtualization\v2:Class.Key="value",Key2="value".</summary>
internal static class WmiPath
{
    /// <summary>A string for the inside of a WQL literal. An InstanceID is full of backslashes, and WQL wants each of them doubled.</summary>
    public static string Quote(string value) => value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", @"\'", StringComparison.Ordinal);

    /// <summary>The value of one key, unescaped; null when the path has no such key.</summary>
    public static string? KeyOf(string? path, string key)
    {
        if (path is null) return null;
        var start = path.IndexOf(key + "=\"", StringComparison.OrdinalIgnoreCase);
        if (start < 0) return null;
        var value = new StringBuilder();
        for (var i = start + key.Length + 2; i < path.Length && path[i] != '"'; i++)
        {
            if (path[i] == '\\' && i + 1 < path.Length) i++;
            value.Append(path[i]);
        }

        return value.ToString();
    }

    /// <summary>
    /// True when two paths mean the same object. Clients write host and namespace in different ways or leave them out, so the keys decide.
    /// </summary>
    public static bool Same(string? a, string? b, string key) =>
        KeyOf(a, key) is { } left && KeyOf(b, key) is { } right && string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
