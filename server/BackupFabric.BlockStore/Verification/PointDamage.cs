namespace BackupFabric.BlockStore.Verification;

/// <summary>One disk of a point that cannot be restored whole.</summary>
/// <param name="Bytes">Bytes of the disk whose blocks, or the map over them, are damaged or missing.</param>
/// <param name="Ranges">In how many pieces; a piece that crosses a span counts once in each.</param>
public sealed record PointDamage(Guid PointId, string VmName, string DiskKey, long Bytes, long Ranges);
