namespace BackupFabric.BlockStore.Encryption;

/// <summary>Fills with random bytes. Handed in, so that an example of the format can be frozen; everything else hands in the system's generator.</summary>
internal delegate void FillRandom(Span<byte> destination);
