namespace BackupFabric.Blocks;

/// <summary>
/// Compresses plain blocks for the wire and the packs, and opens them again. Not thread-safe: one per worker, reused.
/// No allocation per block.
/// </summary>
public sealed class BlockSealer : IDisposable
{
    /// <summary>Bytes that a destination must have for a plain block of <paramref name="plainLength"/> bytes.</summary>
    public static int BoundOf(int plainLength) => plainLength + plainLength / 255 + 64;

    /// <summary>Whether this process can open blocks of that codec.</summary>
    public static bool Supports(BlockCodec codec) => throw new NotImplementedException();

    /// <summary>
    /// Compresses with <paramref name="wanted"/>; falls back to <see cref="BlockCodec.None"/> (a plain copy) when that saves less than 1/32.
    /// Returns the payload length and the codec really used.
    /// </summary>
    public int Seal(ReadOnlySpan<byte> plain, BlockCodec wanted, Span<byte> payload, out BlockCodec used) => throw new NotImplementedException();

    /// <summary>Opens a payload into exactly <paramref name="plain"/>; false when it is damaged (wrong length, bad codec stream). Never reads or writes outside the spans.</summary>
    public bool TryOpen(BlockCodec codec, ReadOnlySpan<byte> payload, Span<byte> plain) => throw new NotImplementedException();

    public void Dispose() { }
}
