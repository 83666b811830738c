namespace BackupFabric.Blocks;

/// <summary>The repository's 32-byte key under which block ids are computed. Thread-safe.</summary>
public sealed class IdKey
{
    private readonly byte[] key;

    public IdKey(ReadOnlySpan<byte> key32)
    {
        if (key32.Length != 32) throw new ArgumentException("An id key has 32 bytes.", nameof(key32));
        key = key32.ToArray();
    }

    public ReadOnlySpan<byte> Bytes => key;

    /// <summary>Id of one block.</summary>
    public BlockId IdOf(ReadOnlySpan<byte> plain) => throw new NotImplementedException();

    /// <summary>
    /// Ids of many blocks lying in one buffer, hashed side by side: block i is
    /// <c>buffer[cuts[i].Offset .. + cuts[i].Length]</c>; holes get <see cref="BlockId.Zero"/>.
    /// </summary>
    public void IdsOf(ReadOnlySpan<byte> buffer, ReadOnlySpan<BlockCut> cuts, Span<BlockId> ids) => throw new NotImplementedException();
}
