namespace BackupFabric.BlockStore.Volumes;

/// <summary>A folder of a local or mounted file system.</summary>
public sealed class LocalVolume : IVolume
{
    private readonly string _root;

    public LocalVolume(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
    }

    public string Name => _root;

    public async IAsyncEnumerable<VolumeEntry> ListAsync(string folder, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var path = new DirectoryInfo(PathOf(folder));
        if (!path.Exists) yield break;
        foreach (var entry in path.EnumerateFileSystemInfos())
        {
            cancellation.ThrowIfCancellationRequested();
            yield return entry is FileInfo file ? new VolumeEntry(file.Name, file.Length) : new VolumeEntry(entry.Name + "/", 0);
        }

        await ValueTask.CompletedTask;
    }

    public ValueTask<IVolumeFile> CreateAsync(string name, CancellationToken cancellation)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return Opened(name, path, FileMode.CreateNew, FileAccess.ReadWrite);
    }

    public ValueTask<IVolumeFile> OpenAsync(string name, bool append, CancellationToken cancellation) =>
        Opened(name, PathOf(name), FileMode.Open, append ? FileAccess.ReadWrite : FileAccess.Read);

    public ValueTask RenameAsync(string from, string to, CancellationToken cancellation)
    {
        File.Move(PathOf(from), PathOf(to), overwrite: true);
        return ValueTask.CompletedTask;
    }

    public ValueTask DeleteAsync(string name, CancellationToken cancellation)
    {
        if (File.Exists(PathOf(name))) File.Delete(PathOf(name));
        return ValueTask.CompletedTask;
    }

    public async ValueTask SyncFolderAsync(string folder, CancellationToken cancellation)
    {
        var path = PathOf(folder);
        Directory.CreateDirectory(path);
        // NTFS writes names through its journal in order; only Unix file systems need to be asked.
        if (OperatingSystem.IsWindows()) return;
        await Task.Run(() => FolderSync.Sync(path), cancellation);
        // The root may be new itself. Whoever may not open the folder above has not made it.
        if (folder.Length == 0 && Path.GetDirectoryName(_root) is { } above) await Task.Run(() => FolderSync.TrySync(above), cancellation);
    }

    public long FreeBytes()
    {
        var place = _root;
        while (!Directory.Exists(place) && Path.GetDirectoryName(place) is { } parent) place = parent;
        return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(place)! : place).AvailableFreeSpace;
    }

    public ValueTask<IDisposable?> TryLockAsync(string name, CancellationToken cancellation)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1));
        }
        catch (IOException held) when (IsSharingViolation(held))
        {
            return new((IDisposable?)null);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static ValueTask<IVolumeFile> Opened(string name, string path, FileMode mode, FileAccess access)
    {
        try
        {
            var handle = File.OpenHandle(path, mode, access, FileShare.ReadWrite | FileShare.Delete);
            return new(new LocalVolumeFile(name, handle));
        }
        catch (DirectoryNotFoundException missing)
        {
            throw new FileNotFoundException($"'{path}' does not exist.", path, missing);
        }
        catch (IOException full) when (LocalVolumeFile.IsFull(full))
        {
            throw new VolumeFullException($"There is no room for '{path}'.", full);
        }
    }

    // .NET reports another holder of FileShare.None as a sharing violation on Windows and as EWOULDBLOCK of flock elsewhere.
    private static bool IsSharingViolation(IOException exception) =>
        exception.HResult is unchecked((int)0x80070020) or unchecked((int)0x80070021) or 11 or 35;

    private string PathOf(string name)
    {
        if (name.Length == 0) return _root;
        if (name.Contains('\\', StringComparison.Ordinal) || name.Split('/').Any(part => part is "" or "." or ".."))
            throw new ArgumentException($"'{name}' is not a name inside a volume.", nameof(name));
        return Path.Combine(_root, name.Replace('/', Path.DirectorySeparatorChar));
    }
}
