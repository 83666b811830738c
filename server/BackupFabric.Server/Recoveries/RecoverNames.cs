using System.Buffers;

namespace BackupFabric.Server.Recoveries;

/// <summary>Names and folders that a Windows host takes for a VM; checked here so that a wrong one is refused before anything happens.</summary>
internal static class RecoverNames
{
    private const int NameLengthMax = 100;
    private const int PathLengthMax = 200;

    private static readonly SearchValues<char> Illegal = SearchValues.Create("\\/:*?\"<>|");
    private static readonly SearchValues<char> IllegalInPath = SearchValues.Create("*?\"<>|");

    public static bool IsName(string name) =>
        name.Length is > 0 and <= NameLengthMax
        && name.Trim() == name
        && name[^1] != '.'
        && !name.AsSpan().ContainsAny(Illegal)
        && !name.Any(char.IsControl);

    public static bool IsFolder(string path)
    {
        if (path.Length is 0 or > PathLengthMax || path.AsSpan().ContainsAny(IllegalInPath) || path.Any(char.IsControl)) return false;
        var isDrive = path.Length >= 3 && char.IsAsciiLetter(path[0]) && path[1] == ':' && path[2] is ('\\' or '/');
        var isShare = path.StartsWith(@"\\", StringComparison.Ordinal) && path.Length > 2;
        var isUnix = path[0] == '/';
        if (!isDrive && !isShare && !isUnix) return false;
        var rest = isDrive ? path[2..] : path;
        return !rest.Contains(':', StringComparison.Ordinal) && !rest.Split('\\', '/').Contains("..");
    }
}
