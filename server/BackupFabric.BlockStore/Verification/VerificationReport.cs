namespace BackupFabric.BlockStore.Verification;

/// <param name="Packs">Packs that were read, whole or in part.</param>
/// <param name="Blocks">Block records that were opened and hashed.</param>
/// <param name="Nodes">Map node records that were hashed and decoded.</param>
/// <param name="BytesDecoded">Plain bytes that were hashed.</param>
/// <param name="Findings">What is wrong, in the order it was found; the first <see cref="FindingsListedMax"/>.</param>
/// <param name="FindingsTotal">How many findings there were.</param>
/// <param name="PointsHurt">The disks that cannot be restored whole, after healing.</param>
/// <param name="PointsProven">The points that this call proved.</param>
/// <param name="Healed">Blocks, map nodes and manifests that were stored anew from the copy.</param>
/// <param name="CycleComplete">Whether every pack has been read since the cycle began.</param>
public sealed record VerificationReport(
    int Packs,
    long Blocks,
    long Nodes,
    long BytesRead,
    long BytesDecoded,
    IReadOnlyList<RepositoryException> Findings,
    long FindingsTotal,
    IReadOnlyList<PointDamage> PointsHurt,
    IReadOnlyList<Guid> PointsProven,
    long Healed,
    bool CycleComplete)
{
    /// <summary>More of them would say nothing new.</summary>
    public const int FindingsListedMax = 1000;
}
