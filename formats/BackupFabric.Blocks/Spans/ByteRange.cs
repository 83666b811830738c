namespace BackupFabric.Blocks.Spans;

/// <summary>Bytes [Offset, Offset + Length) of a disk.</summary>
public readonly record struct ByteRange(long Offset, long Length)
{
    public long End => Offset + Length;
}
