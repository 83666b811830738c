namespace BackupFabric.BlockStore.Collection;

/// <summary>What a collection did; of a dry run, what it would have done.</summary>
/// <param name="PointsPurged">Points that left the trash for good.</param>
/// <param name="PacksDropped">Packs in which nothing was needed.</param>
/// <param name="PacksRewritten">Packs whose needed records were moved to new ones.</param>
/// <param name="BytesFreed">Of the packs that went, less <paramref name="BytesRewritten"/>.</param>
/// <param name="BytesRewritten">Of the moved records and their lines in tables.</param>
/// <param name="LiveBytes">Records that are needed, in all packs that were looked at, and their lines in tables.</param>
/// <param name="DeadBytesLeft">What is dead in packs that stay.</param>
/// <param name="PacksHeld">Packs that would have gone but for a running session that relies on them.</param>
/// <param name="PacksWithoutRoom">Thin packs that could not be rewritten for want of room; once there is some, another collection goes on.</param>
/// <param name="BlocksMissing">Needed blocks that are in no pack: points that reach them are hurt, and a verification names them.</param>
/// <param name="Findings">Damage that was met; a pack with a damaged record that is needed is kept.</param>
public sealed record CollectionReport(
    bool DryRun,
    int PointsPurged,
    int PacksDropped,
    int PacksRewritten,
    long BytesFreed,
    long BytesRewritten,
    long LiveBytes,
    long DeadBytesLeft,
    int PacksHeld,
    int PacksWithoutRoom,
    long BlocksMissing,
    IReadOnlyList<RepositoryException> Findings);
