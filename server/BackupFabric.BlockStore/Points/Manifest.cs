using BackupFabric.Blocks.Maps;

namespace BackupFabric.BlockStore.Points;

/// <summary>
/// A recovery point, complete in itself. Written once; its presence is the commit. Authenticated under the repository's key.
/// </summary>
/// <param name="Configuration">The VM's exported configuration, opaque here (an encoded VmConfiguration).</param>
/// <param name="NewBytes">Payload bytes of blocks that the job added.</param>
public sealed record Manifest(
    Guid PointId,
    Guid JobId,
    Guid VmId,
    string VmName,
    string SourceHost,
    Guid SourceHostId,
    DateTimeOffset TakenAt,
    string Consistency,
    ReadOnlyMemory<byte> Configuration,
    IReadOnlyList<ManifestDisk> Disks,
    long NewBytes,
    IReadOnlyList<ManifestNote> Warnings);

/// <param name="Root">The disk's map.</param>
/// <param name="ContentBytes">Bytes covered by blocks (not holes).</param>
public sealed record ManifestDisk(
    string DiskKey,
    string Path,
    string Location,
    int LogicalSectorSize,
    int PhysicalSectorSize,
    int BlockSize,
    DiskMapRoot Root,
    long ContentBytes);

public sealed record ManifestNote(string Code, string Sentence, string Advice);
