namespace BackupFabric.BlockStore.Verification;

/// <param name="Packs">Packs whose tables were read.</param>
/// <param name="Scanned">Those that had no whole table and were scanned.</param>
/// <param name="Entries">Records that can be found now.</param>
/// <param name="Findings">Damage that was found on the way.</param>
public sealed record IndexRebuildReport(int Packs, int Scanned, long Entries, IReadOnlyList<RepositoryException> Findings);
