namespace BackupFabric.Disks;

/// <param name="DiskId">Virtual disk id to carry; a new one when null.</param>
/// <param name="BlockSize">VHDX 1..256 MiB (default 32 MiB dynamic, 2 MiB differencing); VHD 2 MiB.</param>
/// <param name="Bulk">The file is written by one writer and is worthless if that writer dies (a restore): table updates are written at flush and close, without log traffic.</param>
public sealed record DiskImageOptions(
    DiskFormat Format,
    DiskKind Kind,
    long Length,
    int LogicalSectorSize = 512,
    int PhysicalSectorSize = 4096,
    int BlockSize = 0,
    Guid? DiskId = null,
    string? ParentPath = null,
    bool Bulk = false);
