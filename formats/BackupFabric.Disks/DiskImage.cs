using BackupFabric.Disks.Files;
using BackupFabric.Disks.Raw;
using BackupFabric.Disks.Vhd;
using BackupFabric.Disks.Vhdx;

namespace BackupFabric.Disks;

/// <summary>Opens and makes disk images by what is in them, not by their file names.</summary>
public static class DiskImage
{
    /// <summary>
    /// Opens an image and, for differencing ones, its chain of parents. <paramref name="writable"/> applies to the leaf only.
    /// A VHDX whose log is not empty is replayed in memory when read-only, in the file when writable.
    /// </summary>
    public static Task<IVirtualDisk> OpenAsync(string path, bool writable, CancellationToken cancellation = default) =>
        Task.Run(() => Open(LocalImageStore.Instance, path, writable ? VhdxAccess.Write : VhdxAccess.Read), cancellation);

    /// <summary>Makes a new image; fails if the file exists. For differencing ones <see cref="DiskImageOptions.ParentPath"/> is needed and the length is the parent's.</summary>
    public static Task<IVirtualDisk> CreateAsync(string path, DiskImageOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Task.Run(() => CreateAsync(LocalImageStore.Instance, path, options), cancellation);
    }

    /// <summary>
    /// Brings what a differencing VHDX holds into its parent, which may itself be differencing. The child is not changed; the caller removes it, after linking
    /// its own children, if any, to the parent with <see cref="RelinkAsync"/>. A merge that was interrupted is repeated; a finished one does nothing.
    /// The child may be read meanwhile. Nobody may write either of the two.
    /// </summary>
    public static Task MergeAsync(string childPath, CancellationToken cancellation = default) =>
        Task.Run(() => VhdxMerge.RunAsync(LocalImageStore.Instance, childPath, cancellation), cancellation);

    /// <summary>
    /// Tells a differencing VHDX that its parent is another file or lies elsewhere. The parent must hold the contents that the child was made on,
    /// unless <paramref name="evenIfContentsDiffer"/> says that the caller knows better.
    /// </summary>
    public static Task RelinkAsync(string childPath, string parentPath, bool evenIfContentsDiffer = false, CancellationToken cancellation = default) =>
        Task.Run(() => VhdxRelink.RunAsync(LocalImageStore.Instance, childPath, parentPath, evenIfContentsDiffer), cancellation);

    internal static IVirtualDisk Open(IImageStore store, string path, VhdxAccess access)
    {
        IImageFile file = store.Open(path, access != VhdxAccess.Read);
        try
        {
            return ImageSignature.Detect(file) switch
            {
                DiskFormat.Vhdx => VhdxOpener.Open(file, access, new ImageChain(store)),
                DiskFormat.Vhd => VhdOpener.Open(file, access == VhdxAccess.Bulk, new ImageChain(store)),
                _ => RawDisk.Open(file),
            };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    internal static async Task<IVirtualDisk> CreateAsync(IImageStore store, string path, DiskImageOptions options)
    {
        VhdxDisk? parent = OpenParent(store, path, options);
        try
        {
            Make(store, path, options, parent);
        }
        finally
        {
            if (parent is not null) await parent.DisposeAsync();
        }

        return Open(store, path, options.Bulk ? VhdxAccess.Bulk : VhdxAccess.Write);
    }

    private static VhdxDisk? OpenParent(IImageStore store, string path, DiskImageOptions options)
    {
        if (options.Kind != DiskKind.Differencing)
        {
            return options.ParentPath is null ? null
                : throw ImageFault.Options(path, "a parent is named, and the image is not a differencing one", "Leave out the parent, or make it differencing.");
        }

        if (options.Format != DiskFormat.Vhdx) throw ImageFault.Options(path, "only VHDX images are made differencing", "Choose the VHDX format.");
        if (options.ParentPath is null) throw ImageFault.Options(path, "a differencing image needs a parent", "Name the parent's path.");
        IVirtualDisk disk = Open(store, options.ParentPath, VhdxAccess.Read);
        return disk as VhdxDisk ?? throw ImageFault.Options(path, $"its parent '{options.ParentPath}' is no VHDX", "Convert the parent to VHDX first.");
    }

    private static void Make(IImageStore store, string path, DiskImageOptions options, VhdxDisk? parent)
    {
        using IImageFile file = store.Create(path);
        try
        {
            if (options.Format == DiskFormat.Vhdx) VhdxCreator.Write(file, options, parent);
            else if (options.Format == DiskFormat.Vhd) VhdCreator.Write(file, options);
            else RawDisk.Write(file, options);
        }
        catch
        {
            store.Delete(path);
            throw;
        }
    }
}
