namespace BackupFabric.Disks;

public enum DiskFormat { Raw, Vhd, Vhdx }

public enum DiskKind { Fixed, Dynamic, Differencing }

/// <summary>What the file's own metadata say. <paramref name="DiskId"/> is the VHDX virtual disk id (page 83 data) or the VHD footer's unique id; empty for raw.</summary>
public sealed record VirtualDiskInfo(
    DiskFormat Format,
    DiskKind Kind,
    long Length,
    int LogicalSectorSize,
    int PhysicalSectorSize,
    int BlockSize,
    Guid DiskId,
    string? ParentPath);
