namespace BackupFabric.Agent.HyperV.Seams;

/// <summary>
/// Files on the host's volumes, by the paths Hyper-V uses ("C:\VMs\web\disk.vhdx", "\\server\share\..."). On Windows this is the file system itself.
/// </summary>
public interface IHostFiles
{
    bool FolderExists(string path);

    bool FileExists(string path);

    /// <summary>File names below a folder, relative with backslashes; empty when the folder is missing.</summary>
    IReadOnlyList<string> List(string folder);

    void CreateFolder(string path);

    Task<byte[]> ReadAllAsync(string path, CancellationToken cancellation = default);

    /// <summary>Durable when it returns.</summary>
    Task WriteAllAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation = default);

    void DeleteFile(string path);

    /// <summary>With everything in it; fine when it is missing.</summary>
    void DeleteFolder(string path);

    /// <summary>Free bytes of the volume that holds the path.</summary>
    long FreeBytes(string path);
}
