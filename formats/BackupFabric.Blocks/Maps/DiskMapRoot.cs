namespace BackupFabric.Blocks.Maps;

/// <summary>A whole disk: its length in bytes and the id of the tree's root node (<see cref="BlockId.Zero"/> for an empty disk). The height follows from the length.</summary>
public readonly record struct DiskMapRoot(BlockId Id, long Length);
