using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Schema;

namespace BackupFabric.Agent.Lab.Volumes;

/// <summary>Files on the volumes of a lab host.</summary>
internal sealed class LabHostFiles(LabHost host) : IHostFiles
{
    private const int ErrorDiskFull = unchecked((int)0x80070070);
    private const int ErrorSharingViolation = unchecked((int)0x80070020);
    private readonly VolumeSpace _space = new(host);

    public bool FolderExists(string path) => Directory.Exists(Local(path));

    public bool FileExists(string path) => File.Exists(Local(path));

    public IReadOnlyList<string> List(string folder)
    {
        string local = Local(folder);
        return Directory.Exists(local)
            ? [.. Directory.EnumerateFiles(local, "*", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(local, f).Replace('/', '\\'))
                .Order(StringComparer.OrdinalIgnoreCase)]
            : [];
    }

    public void CreateFolder(string path) => Directory.CreateDirectory(Local(path));

    public Task<byte[]> ReadAllAsync(string path, CancellationToken cancellation = default) =>
        File.ReadAllBytesAsync(Local(path), cancellation);

    public async Task WriteAllAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
    {
        string local = Local(path);
        if (_space.FreeBytes(path) < content.Length)
            throw new IOException($"There is not enough space on the disk for '{path}'.", ErrorDiskFull);
        await using FileStream file = new(local, FileMode.Create, FileAccess.Write, FileShare.None);
        await file.WriteAsync(content, cancellation);
        await file.FlushAsync(cancellation);
        file.Flush(flushToDisk: true);
    }

    public void DeleteFile(string path)
    {
        string local = Local(path);
        if (!File.Exists(local))
            return;
        using FileLock? unused = FileLock.TryTake(host.HandleLock(path));
        if (unused is null)
            throw new IOException($"The process cannot access the file '{path}' because it is being used by another process.", ErrorSharingViolation);
        File.Delete(local);
    }

    public void DeleteFolder(string path)
    {
        string local = Local(path);
        if (Directory.Exists(local))
            Directory.Delete(local, recursive: true);
    }

    public long FreeBytes(string path)
    {
        EnsureOn();
        return _space.FreeBytes(path);
    }

    private string Local(string path)
    {
        EnsureOn();
        return host.Volumes.ToLocal(path);
    }

    private void EnsureOn()
    {
        if (!host.Document.On)
            throw Wbem.HostIsOff(host.Name);
    }
}
