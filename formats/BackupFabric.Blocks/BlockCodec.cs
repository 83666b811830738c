namespace BackupFabric.Blocks;

/// <summary>How a block's payload is packed. The number is on the wire and on disk (FORMAT.md).</summary>
public enum BlockCodec : byte
{
    None = 0,
    Lz4 = 1,
    Zstd = 2,
}
