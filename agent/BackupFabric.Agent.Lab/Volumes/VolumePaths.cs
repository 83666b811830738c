using System.Buffers;

namespace BackupFabric.Agent.Lab.Volumes;

/// <summary>Maps "C:\VMs\web\disk.vhdx" to a file below the host's folder. Names are compared as Windows does, without case.</summary>
internal sealed class VolumePaths(string hostFolder)
{
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("<>:\"/|?*");

    /// <summary>Drive letter and components; throws where Windows would refuse the path.</summary>
    public static (char Volume, string[] Parts) Split(string path)
    {
        if (path.StartsWith(@"\\", StringComparison.Ordinal))
            throw new IOException($"The network path was not found: '{path}'. This host has no file servers.");
        if (path.Length < 3 || !char.IsAsciiLetter(path[0]) || path[1] != ':' || path[2] != '\\')
            throw new ArgumentException($"'{path}' is not a full Windows path such as C:\\VMs\\web\\disk.vhdx.", nameof(path));
        string[] parts = path[3..].Split('\\', StringSplitOptions.RemoveEmptyEntries);
        foreach (string part in parts)
        {
            if (part is "." or ".." || part.AsSpan().ContainsAny(Forbidden) || part.Any(char.IsControl) || part[^1] is ' ' or '.')
                throw new ArgumentException($"'{path}' is not a valid Windows path: '{part}' cannot be a name in it.", nameof(path));
        }

        return (char.ToUpperInvariant(path[0]), parts);
    }

    /// <summary>The place below the host's folder; existing names keep their case.</summary>
    public string ToLocal(string path)
    {
        (char volume, string[] parts) = Split(path);
        string local = Path.Combine(hostFolder, volume.ToString());
        if (!Directory.Exists(local))
            throw new DirectoryNotFoundException($"The host has no volume {volume}: ('{path}').");
        foreach (string part in parts)
            local = Child(local, part);
        return local;
    }

    public string VolumeFolder(string path) => Path.Combine(hostFolder, Split(path).Volume.ToString());

    public string ToWindows(string local)
    {
        string relative = Path.GetRelativePath(hostFolder, local);
        return $"{relative[0]}:{relative[1..].Replace('/', '\\')}";
    }

    /// <summary>A message in which files of this host are named as its administrator knows them.</summary>
    public string InWindowsWords(string message)
    {
        for (int at = message.IndexOf(hostFolder, StringComparison.Ordinal); at >= 0; at = message.IndexOf(hostFolder, at + 1, StringComparison.Ordinal))
        {
            int end = message.IndexOf('\'', at);
            if (end < 0)
                break;
            message = message[..at] + ToWindows(message[at..end]) + message[end..];
        }

        return message;
    }

    public IEnumerable<string> Volumes =>
        Directory.EnumerateDirectories(hostFolder).Where(d => Path.GetFileName(d) is [>= 'A' and <= 'Z']);

    private static string Child(string folder, string name)
    {
        string exact = Path.Combine(folder, name);
        if (Path.Exists(exact) || !Directory.Exists(folder))
            return exact;
        return Directory.EnumerateFileSystemEntries(folder)
            .FirstOrDefault(e => Path.GetFileName(e).Equals(name, StringComparison.OrdinalIgnoreCase)) ?? exact;
    }
}
