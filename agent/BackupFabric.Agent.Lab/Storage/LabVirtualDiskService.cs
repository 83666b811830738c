using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Schema;
using BackupFabric.Agent.Lab.Volumes;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Storage;

/// <summary>virtdisk.dll of a lab host, over the real image files on its volumes.</summary>
internal sealed class LabVirtualDiskService(LabHost host) : IVirtualDiskService
{
    private readonly VolumeSpace _space = new(host);

    public async Task<IOpenVirtualDisk> OpenAsync(string path, CancellationToken cancellation = default)
    {
        const string Call = "OpenVirtualDisk";
        string local = Locate(Call, path);
        if (!File.Exists(local))
            throw VirtualDiskFault.FileNotFound(Call, path);
        DiskPlace place = DiskPlace.Find(host, path);
        List<FileLock> handles = [];
        try
        {
            foreach (string file in place.Files)
            {
                handles.Add(FileLock.TryTake(host.HandleLock(file), shared: true)
                    ?? throw VirtualDiskFault.InUse(Call, path));
            }

            IVirtualDisk image = await DiskImage.OpenAsync(local, writable: false, cancellation);
            return new LabOpenDisk(host, path, place, image, handles);
        }
        catch (DiskImageException damaged)
        {
            handles.ForEach(h => h.Dispose());
            throw VirtualDiskFault.From(host, Call, path, damaged);
        }
        catch
        {
            handles.ForEach(h => h.Dispose());
            throw;
        }
    }

    public async Task<IVirtualDiskWriter> CreateAsync(string path, DiskImageOptions options, CancellationToken cancellation = default)
    {
        const string Call = "CreateVirtualDisk";
        string local = Locate(Call, path);
        if (!Directory.Exists(Path.GetDirectoryName(local)))
            throw VirtualDiskFault.PathNotFound(Call, path);
        if (File.Exists(local))
            throw VirtualDiskFault.FileExists(Call, path);
        long free = _space.FreeBytes(path);
        if (free < LabDiskWriter.EmptyImageBytes)
            throw VirtualDiskFault.DiskFull(Call, path);
        FileLock handle = FileLock.TryTake(host.HandleLock(path)) ?? throw VirtualDiskFault.InUse(Call, path);
        try
        {
            IVirtualDisk image = await DiskImage.CreateAsync(local, options with { Bulk = true }, cancellation);
            return new LabDiskWriter(host, path, local, image, handle, free);
        }
        catch (DiskImageException fault)
        {
            handle.Dispose();
            throw VirtualDiskFault.From(host, Call, path, fault);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private string Locate(string call, string path)
    {
        if (!host.Document.On)
            throw Wbem.HostIsOff(host.Name);
        try
        {
            return host.Volumes.ToLocal(path);
        }
        catch (DirectoryNotFoundException)
        {
            throw VirtualDiskFault.PathNotFound(call, path);
        }
        catch (Exception refused) when (refused is ArgumentException or IOException)
        {
            throw new VirtualDiskException(call, path, VirtualDiskFault.InvalidParameter, refused.Message, refused);
        }
    }
}
