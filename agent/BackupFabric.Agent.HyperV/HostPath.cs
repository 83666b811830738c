using System.Buffers;

namespace BackupFabric.Agent.HyperV;

/// <summary>Paths of the host: Windows paths, also where this code runs elsewhere.</summary>
internal static class HostPath
{
    private const int LongestPath = 259;
    private static readonly SearchValues<char> NotInNames = SearchValues.Create("<>\"|?*:/\\");

    private static readonly HashSet<string> Devices = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
        "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
    };

    public static string Join(string folder, string name) => folder.TrimEnd('\\') + "\\" + name;

    public static string FileName(string path) => path[(path.LastIndexOfAny(['\\', '/']) + 1)..];

    public static string FolderOf(string path) => path.LastIndexOf('\\') is > 0 and var slash ? path[..slash] : "";

    public static bool IsBelow(string folder, string path) =>
        path.Length > folder.TrimEnd('\\').Length + 1
        && path.StartsWith(folder.TrimEnd('\\') + "\\", StringComparison.OrdinalIgnoreCase)
        && !path.Split('\\').Contains("..");

    /// <summary>A name that Windows takes for one file or folder.</summary>
    public static bool IsName(string name) =>
        name.Length > 0 && !name.AsSpan().ContainsAny(NotInNames) && !name.Any(char.IsControl) && name[^1] is not ('.' or ' ') && !Devices.Contains(name.Split('.')[0].TrimEnd());

    /// <summary>Why a folder cannot be used, or null. Only full paths: of a drive, or of a share on a named server.</summary>
    public static string? WhyNotFolder(string folder)
    {
        var parts = Parts(folder);
        if (parts is null) return "it is not a full path such as C:\\VMs\\web or \\\\server\\share\\web";
        if (parts.FirstOrDefault(p => !IsName(p)) is { } bad) return $"'{bad}' is not a name Windows takes";
        return folder.Length > LongestPath ? $"it is longer than {LongestPath} characters" : null;
    }

    public static bool IsTooLong(string path) => path.Length > LongestPath;

    private static string[]? Parts(string folder)
    {
        var trimmed = folder.TrimEnd('\\');
        if (trimmed.Length >= 2 && char.IsAsciiLetter(trimmed[0]) && trimmed[1] == ':')
            return trimmed.Length == 2 ? [] : trimmed[2] == '\\' ? trimmed[3..].Split('\\') : null;
        if (!trimmed.StartsWith(@"\\", StringComparison.Ordinal)) return null;
        var parts = trimmed[2..].Split('\\');
        return parts.Length >= 2 ? parts : null;
    }
}
