namespace BackupFabric.BlockStore.Verification;

/// <param name="BytesPerSecond">Reads packs no faster than this; null reads as fast as the disk and the processors can.</param>
/// <param name="Share">
/// How much of a cycle over all packs this call does, by bytes. Below 1 it goes on where the last one ended, also after a restart; 1 always begins anew and reads everything.
/// </param>
/// <param name="Workers">How many open and hash blocks; 0 is one for each processor.</param>
/// <param name="HealFrom">A copy of this repository (opened, perhaps for reading only), from which damaged and missing blocks, map nodes and manifests are fetched, proved and stored anew.</param>
public sealed record VerificationOptions(long? BytesPerSecond = null, double Share = 1.0, int Workers = 0, Repository? HealFrom = null);
