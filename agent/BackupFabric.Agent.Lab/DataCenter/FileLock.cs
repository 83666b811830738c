namespace BackupFabric.Agent.Lab.DataCenter;

/// <summary>
/// A lock between processes, held by an open file (flock below) and so released by the death of its owner. Shared locks exclude exclusive ones.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(15);

    private const int SharingViolation = unchecked((int)0x80070020);
    private const int LockViolation = unchecked((int)0x80070021);

    /// <summary>EWOULDBLOCK, which flock answers with on Linux.</summary>
    private const int WouldBlock = 11;

    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    public static FileLock? TryTake(string path, bool shared = false)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            if (shared && !File.Exists(path))
                new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
            return new(new FileStream(path, shared ? FileMode.Open : FileMode.OpenOrCreate, shared ? FileAccess.Read : FileAccess.ReadWrite, shared ? FileShare.Read : FileShare.None, 1));
        }
        catch (IOException held) when (held.HResult is SharingViolation or LockViolation or WouldBlock)
        {
            return null;
        }
    }

    public static async Task<FileLock> TakeAsync(string path, CancellationToken cancellation, bool shared = false)
    {
        TimeSpan pause = FirstPause;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (TryTake(path, shared) is { } taken)
                return taken;
            await Task.Delay(pause, cancellation);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    public void Dispose() => _file.Dispose();
}
