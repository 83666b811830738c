namespace BackupFabric.BlockStore.Import;

/// <param name="TotalBytes">To be read in all.</param>
public readonly record struct ImportProgress(long DoneBytes, long TotalBytes);
