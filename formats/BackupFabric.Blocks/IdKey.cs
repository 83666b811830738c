using BackupFabric.Blocks.Blake3;

namespace BackupFabric.Blocks;

/// <summary>The repository's 32-byte key under which block ids are computed. Thread-safe.</summary>
public sealed class IdKey
{
    public const int Size = HashMode.KeySize;

    private readonly byte[] key;
    private readonly HashMode mode;

    public IdKey(ReadOnlySpan<byte> key32)
    {
        if (key32.Length != Size) throw new ArgumentException("An id key has 32 bytes.", nameof(key32));
        key = key32.ToArray();
        mode = HashMode.Keyed(key);
    }

    public ReadOnlySpan<byte> Bytes => key;

    /// <summary>Id of one block.</summary>
    public BlockId IdOf(ReadOnlySpan<byte> plain)
    {
        Span<byte> id = stackalloc byte[BlockId.Size];
        TreeHash.Hash(mode, Blake3Paths.Best, plain, id);
        return BlockId.Read(id);
    }

    /// <summary>
    /// Ids of many blocks lying in one buffer, hashed side by side: block i is
    /// <c>buffer[cuts[i].Offset .. + cuts[i].Length]</c>; holes get <see cref="BlockId.Zero"/>.
    /// </summary>
    public void IdsOf(ReadOnlySpan<byte> buffer, ReadOnlySpan<BlockCut> cuts, Span<BlockId> ids) => IdsOf(Blake3Paths.Best, buffer, cuts, ids);

    internal void IdsOf(Blake3Path path, ReadOnlySpan<byte> buffer, ReadOnlySpan<BlockCut> cuts, Span<BlockId> ids)
    {
        if (ids.Length < cuts.Length) throw new ArgumentException($"{cuts.Length} cuts need as many ids; there is room for {ids.Length}.", nameof(ids));
        BatchHash.Hash(mode, path, buffer, cuts, ids);
    }
}
