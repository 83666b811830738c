namespace BackupFabric.BlockStore;

public sealed record RepositoryUsage(long Blocks, long DataPackBytes, long MapPackBytes, long FreeBytes, int Points);
