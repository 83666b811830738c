namespace BackupFabric.Disks;

/// <summary>Bytes [Offset, Offset + Length) of a disk.</summary>
public readonly record struct DiskRange(long Offset, long Length)
{
    public long End => Offset + Length;
}
