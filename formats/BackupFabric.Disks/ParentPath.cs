namespace BackupFabric.Disks;

/// <summary>Where to look for a parent, given what the child says. Paths are Windows paths even where this is not Windows.</summary>
internal static class ParentPath
{
    /// <summary>Best guess first: by the relative path, at the named places, then by its name beside the child, for a chain that was moved as a whole.</summary>
    public static List<string> Candidates(string childPath, string? relative, string? volume, string? absolute, string? name)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(childPath)) ?? ".";
        List<string> candidates = [];
        relative = Sound(relative);
        volume = Sound(volume);
        absolute = Sound(absolute);
        if (relative is not null && !IsRooted(relative)) candidates.Add(Path.GetFullPath(Path.Combine(folder, Native(relative))));
        if (volume is not null && OperatingSystem.IsWindows()) candidates.Add(volume);
        if (absolute is not null && Path.IsPathFullyQualified(absolute)) candidates.Add(absolute);
        foreach (string? named in new[] { relative, absolute, volume, Sound(name) })
        {
            string? last = named?.Split('\\', '/')[^1];
            if (!string.IsNullOrEmpty(last) && last is not ("." or "..")) candidates.Add(Path.Combine(folder, last));
        }

        return candidates;
    }

    private static string? Sound(string? path) => string.IsNullOrEmpty(path) || path.Contains('\0', StringComparison.Ordinal) ? null : path;

    /// <summary>Rooted by the rules of either system: such a "relative" path would leave the child's folder without saying so.</summary>
    private static bool IsRooted(string path) => path[0] is '\\' or '/' || (path.Length > 1 && path[1] == ':');

    private static string Native(string path) => path.Replace('\\', Path.DirectorySeparatorChar).Replace('/', Path.DirectorySeparatorChar);
}
