using System.Globalization;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Faults;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Storage;

/// <summary>An open handle on a disk image. While it lives, none of the files below it can be merged away.</summary>
internal sealed class LabOpenDisk(LabHost host, string path, DiskPlace place, IVirtualDisk image, List<FileLock> handles) : IOpenVirtualDisk
{
    public long VirtualSize => image.Length;

    public int BlockSize => image.Info.BlockSize;

    public int SectorSize => image.Info.LogicalSectorSize;

    public int PhysicalSectorSize => image.Info.PhysicalSectorSize;

    public Guid VirtualDiskId => image.Info.DiskId;

    public string? MostRecentChangeTrackingId =>
        place.Disk?.Tracking is { } tracking && Log() is not null
            ? VmDisk.TrackingId(tracking, place.Frozen?.Mark ?? place.Vm!.NextMark - 1)
            : null;

    public Task<Extents> QueryChangesAsync(string changeTrackingId, CancellationToken cancellation = default)
    {
        TrackingFault? fault = place.Vm is null ? null : host.Faults.Tracking(place.Vm);
        if (fault?.Code is { } code)
            throw Failed(code, "a fault of the lab");
        if (place.Disk?.Tracking is not { } tracking)
            throw Failed(VirtualDiskFault.ChangeTrackingDisabled, "Change tracking is not enabled for the virtual disk.");
        ChangeLog log = Log() ?? throw Failed(VirtualDiskFault.MissingChangeTrackingInformation, "The change tracking information of the virtual disk is missing.");
        if (MarkOf(changeTrackingId, tracking) is not { } mark || !log.Knows(mark) || mark > (place.Frozen?.Mark ?? int.MaxValue))
            throw Failed(VirtualDiskFault.InvalidChangeTrackingId, "The change tracking identifier is not valid for the virtual disk.");
        Extents changes = log.Changes(mark, place.Frozen?.Mark, image.Length);
        return Task.FromResult(fault is { WithholdEvery: > 0 } ? Withhold(changes, fault.WithholdEvery) : changes);
    }

    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation = default)
    {
        if (place.Live)
            throw VirtualDiskFault.InUse("AttachVirtualDisk", path);
        if (offset % SectorSize != 0 || buffer.Length % SectorSize != 0 || offset < 0 || offset + buffer.Length > VirtualSize)
            throw new VirtualDiskException("ReadFile", path, VirtualDiskFault.InvalidParameter, "The parameter is incorrect.");
        if (host.Faults.Read(path) is { } fault)
            await MeetAsync(fault, cancellation);
        try
        {
            await image.ReadAsync(offset, buffer, cancellation);
        }
        catch (DiskImageException damaged)
        {
            throw VirtualDiskFault.From(host, "ReadFile", path, damaged);
        }
    }

    public async Task<Extents> AllocatedAsync(CancellationToken cancellation = default)
    {
        List<DiskRange> ranges = [];
        await foreach (DiskRange range in image.AllocatedAsync(0, image.Length, cancellation))
            ranges.Add(range);
        return Extents.Of(ranges);
    }

    public async ValueTask DisposeAsync()
    {
        await image.DisposeAsync();
        handles.ForEach(h => h.Dispose());
    }

    private static int? MarkOf(string id, Guid tracking)
    {
        int colon = id.LastIndexOf(':');
        return colon > 0
            && int.TryParse(id.AsSpan(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int mark)
            && id == VmDisk.TrackingId(tracking, mark)
                ? mark
                : null;
    }

    private static Extents Withhold(Extents changes, int every) =>
        Extents.Of(changes.Ranges.Where((_, i) => (i + 1) % every != 0));

    private ChangeLog? Log() =>
        place.Disk?.Tracking is { } tracking && ChangeLog.TryRead(host.Volumes.ToLocal(place.Disk.ChangeLog)) is { } log && log.Tracking == tracking
            ? log
            : null;

    private VirtualDiskException Failed(uint code, string description) => new("QueryChangesVirtualDisk", path, code, description);

    private async ValueTask MeetAsync(ReadFault fault, CancellationToken cancellation)
    {
        if (fault.Code is { } code)
            throw new VirtualDiskException("ReadFile", path, code, "a fault of the lab");
        if (fault.DelayMilliseconds > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(fault.DelayMilliseconds), host.Time, cancellation);
    }
}
