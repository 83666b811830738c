namespace BackupFabric.BlockStore;

/// <summary>Bounds that operators do not choose. Tests make them small.</summary>
/// <param name="BufferBytes">Each of the two write buffers of a pack: what a killed process can lose of each kind is twice this.</param>
/// <param name="RunEntriesMin">Entries of sealed packs in memory before they move into an index run (about 130 bytes each).</param>
/// <param name="OpenPacksMax">Pack files held open for reading.</param>
/// <param name="NodeCacheBytes">Map nodes held in memory.</param>
/// <param name="PassphraseIterations">Of PBKDF2-HMAC-SHA-512 for a secret that is added; somewhat under a second of one core.</param>
internal sealed record StoreTuning(
    int BufferBytes = 512 << 10, int RunEntriesMin = 128 << 10, int OpenPacksMax = 256, int NodeCacheBytes = 16 << 20, int PassphraseIterations = 600_000);
