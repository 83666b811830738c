namespace BackupFabric.Server.Points;

/// <summary>Paths of disk images as hosts name them: Windows paths, whatever this server runs on.</summary>
internal static class ImagePath
{
    public static string FileNameOf(string path)
    {
        var end = path.AsSpan().LastIndexOfAny('\\', '/');
        return path[(end + 1)..];
    }
}
