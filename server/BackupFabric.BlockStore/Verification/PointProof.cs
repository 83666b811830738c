namespace BackupFabric.BlockStore.Verification;

/// <summary>Everything that the point reaches was read, opened, hashed and found good between these two times.</summary>
public sealed record PointProof(Guid PointId, DateTimeOffset ReadFrom, DateTimeOffset ReadUntil);
