namespace BackupFabric.BlockStore;

/// <param name="TrashedPoints">Deleted points that still take space. How much would be given back, a collection's dry run tells.</param>
public sealed record RepositoryUsage(long Blocks, long DataPackBytes, long MapPackBytes, long FreeBytes, int Points, int TrashedPoints = 0);
