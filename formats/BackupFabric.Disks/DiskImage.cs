namespace BackupFabric.Disks;

/// <summary>Opens and makes disk images by what is in them, not by their file names.</summary>
public static class DiskImage
{
    /// <summary>
    /// Opens an image and, for differencing ones, its chain of parents. <paramref name="writable"/> applies to the leaf only.
    /// A VHDX whose log is not empty is replayed in memory when read-only, in the file when writable.
    /// </summary>
    public static Task<IVirtualDisk> OpenAsync(string path, bool writable, CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>Makes a new image; fails if the file exists. For differencing ones <see cref="DiskImageOptions.ParentPath"/> is needed and the length is the parent's.</summary>
    public static Task<IVirtualDisk> CreateAsync(string path, DiskImageOptions options, CancellationToken cancellation = default) => throw new NotImplementedException();
}
