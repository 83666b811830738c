using BackupFabric.Disks;

namespace BackupFabric.Agent.HyperV.Seams;

/// <summary>The virtual disk service (virtdisk.dll) of the local host, as far as backup and recovery need it.</summary>
public interface IVirtualDiskService
{
    /// <summary>
    /// OpenVirtualDisk, version 2, ReadOnly, access mask none: never locks out the VM. Throws <see cref="VirtualDiskException"/>.
    /// </summary>
    Task<IOpenVirtualDisk> OpenAsync(string path, CancellationToken cancellation = default);

    /// <summary>CreateVirtualDisk, version 2, dynamic VHDX of these properties (the disk id is kept when given), opened for one writer that fills it from the start to the end.</summary>
    Task<IVirtualDiskWriter> CreateAsync(string path, DiskImageOptions options, CancellationToken cancellation = default);
}

public interface IOpenVirtualDisk : IAsyncDisposable
{
    /// <summary>GET_VIRTUAL_DISK_INFO_SIZE: VirtualSize, BlockSize, SectorSize.</summary>
    long VirtualSize { get; }
    int BlockSize { get; }
    int SectorSize { get; }
    int PhysicalSectorSize { get; }

    /// <summary>GET_VIRTUAL_DISK_INFO_VIRTUAL_DISK_ID.</summary>
    Guid VirtualDiskId { get; }

    /// <summary>GET_VIRTUAL_DISK_INFO_CHANGE_TRACKING_STATE: Enabled and MostRecentId; null when tracking is off.</summary>
    string? MostRecentChangeTrackingId { get; }

    /// <summary>
    /// QueryChangesVirtualDisk, looped to the end. Throws <see cref="VirtualDiskException"/> with the Win32 code (0xC03A0029 invalid id, 0xC03A002A disabled, 0xC03A0030 missing...).
    /// </summary>
    Task<Extents> QueryChangesAsync(string changeTrackingId, CancellationToken cancellation = default);

    /// <summary>Guest-visible bytes through AttachVirtualDisk(READ_ONLY | NO_LOCAL_HOST) and ReadFile; sector-aligned.</summary>
    ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation = default);

    /// <summary>Ranges that the image chain holds data for, from the block tables; the whole disk where this cannot be told.</summary>
    Task<Extents> AllocatedAsync(CancellationToken cancellation = default);
}

public interface IVirtualDiskWriter : IAsyncDisposable
{
    ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellation = default);

    ValueTask FlushAsync(CancellationToken cancellation = default);
}
