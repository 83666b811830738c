namespace BackupFabric.BlockStore.Export;

/// <param name="TotalBytes">To be written in all, holes not counted; for a part of a disk at most.</param>
public readonly record struct ExportProgress(long DoneBytes, long TotalBytes);
