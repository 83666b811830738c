using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Storage;

/// <summary>The errors of virtdisk.dll.</summary>
internal static class VirtualDiskFault
{
    public const uint InvalidParameter = 87;
    public const uint InvalidChangeTrackingId = 0xC03A0029;
    public const uint ChangeTrackingDisabled = 0xC03A002A;
    public const uint MissingChangeTrackingInformation = 0xC03A0030;

    private const uint FileNotFoundCode = 2;
    private const uint PathNotFoundCode = 3;
    private const uint SharingViolation = 32;
    private const uint FileExistsCode = 80;
    private const uint DiskFullCode = 112;
    private const uint FileCorrupt = 1392;
    private const uint ParentNotFound = 0xC03A000D;
    private const uint ParentMismatch = 0xC03A000E;

    public static VirtualDiskException FileNotFound(string call, string path) =>
        new(call, path, FileNotFoundCode, "The system cannot find the file specified.");

    public static VirtualDiskException PathNotFound(string call, string path) =>
        new(call, path, PathNotFoundCode, "The system cannot find the path specified.");

    public static VirtualDiskException InUse(string call, string path) =>
        new(call, path, SharingViolation, "The process cannot access the file because it is being used by another process.");

    public static VirtualDiskException FileExists(string call, string path) => new(call, path, FileExistsCode, "The file exists.");

    public static VirtualDiskException DiskFull(string call, string path) =>
        new(call, path, DiskFullCode, "There is not enough space on the disk.");

    public static VirtualDiskException From(LabHost host, string call, string path, DiskImageException fault) => new(
        call,
        path,
        fault.Code switch
        {
            "disk-image-missing" => FileNotFoundCode,
            "disk-image-in-use" => SharingViolation,
            "disk-image-exists" => FileExistsCode,
            "disk-image-parent-missing" => ParentNotFound,
            "disk-image-parent-mismatch" => ParentMismatch,
            _ => FileCorrupt,
        },
        host.Volumes.InWindowsWords(fault.Message),
        fault);
}
