using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Faults;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Storage;

/// <summary>A disk image being filled. Growing beyond what the volume has free fails as it does on Windows.</summary>
internal sealed class LabDiskWriter(LabHost host, string path, string local, IVirtualDisk image, FileLock handle, long room) : IVirtualDiskWriter
{
    /// <summary>What an empty dynamic image takes.</summary>
    public const long EmptyImageBytes = 4L * 1024 * 1024;

    public async ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellation = default)
    {
        if (host.Faults.Write(path) is { } slow)
            await MeetAsync(slow, cancellation);
        try
        {
            await image.WriteAsync(offset, data, cancellation);
        }
        catch (DiskImageException fault)
        {
            throw VirtualDiskFault.From(host, "WriteFile", path, fault);
        }

        if (new FileInfo(local).Length > room)
            throw VirtualDiskFault.DiskFull("WriteFile", path);
    }

    public async ValueTask FlushAsync(CancellationToken cancellation = default)
    {
        try
        {
            await image.FlushAsync(cancellation);
        }
        catch (DiskImageException fault)
        {
            throw VirtualDiskFault.From(host, "FlushFileBuffers", path, fault);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await image.DisposeAsync();
        handle.Dispose();
    }

    private async ValueTask MeetAsync(WriteFault fault, CancellationToken cancellation)
    {
        if (fault.Code is { } code)
            throw new VirtualDiskException("WriteFile", path, code, "a fault of the lab");
        if (fault.DelayMilliseconds > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(fault.DelayMilliseconds), host.Time, cancellation);
    }
}
