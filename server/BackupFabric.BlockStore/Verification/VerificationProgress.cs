namespace BackupFabric.BlockStore.Verification;

/// <param name="BytesDone">Bytes of packs read by this call.</param>
/// <param name="BytesTotal">Bytes that this call will read, its share of the cycle.</param>
public readonly record struct VerificationProgress(long BytesDone, long BytesTotal);
