namespace BackupFabric.BlockStore.Verification;

public readonly record struct IndexRebuildProgress(int PacksDone, int PacksTotal);
