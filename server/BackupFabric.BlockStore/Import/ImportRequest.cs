using BackupFabric.Blocks.Spans;

namespace BackupFabric.BlockStore.Import;

/// <summary>What is imported as what.</summary>
/// <param name="Path">Where the disk came from, for people.</param>
/// <param name="Changed">What changed since the VM's last point with this disk, in any order; null when nobody knows, then everything is read and compared.</param>
public sealed record ImportRequest(
    string VmName,
    string DiskKey,
    string Path,
    string SourceHost,
    int LogicalSectorSize,
    int PhysicalSectorSize,
    int BlockSize,
    IReadOnlyList<ByteRange>? Changed = null);
