using BackupFabric.Blocks.Lz4;
using BackupFabric.Blocks.Zstd;

namespace BackupFabric.Blocks;

/// <summary>
/// Compresses plain blocks for the wire and the packs, and opens them again. Not thread-safe: one per worker, reused.
/// No allocation per block.
/// </summary>
public sealed class BlockSealer : IDisposable
{
    public const int DefaultZstdLevel = 1;

    /// <summary>Of LZ4: 1 compresses best, each further step is faster and larger.</summary>
    public const int DefaultLz4Acceleration = 2;

    private readonly int zstdLevel;
    private readonly Lz4Compressor lz4;
    private readonly ZstdContexts zstd = new();

    /// <param name="zstdLevel">Level of Zstandard; negative levels are faster.</param>
    /// <param name="lz4Acceleration">How readily LZ4 skips where it finds nothing; 1 compresses best.</param>
    public BlockSealer(int zstdLevel = DefaultZstdLevel, int lz4Acceleration = DefaultLz4Acceleration)
    {
        this.zstdLevel = zstdLevel;
        lz4 = new Lz4Compressor(lz4Acceleration);
    }

    /// <summary>A sealer that packs with <paramref name="codec"/> at a level as settings and the wire name it; 0 is the codec's default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The codec has no such level; <see cref="HasLevel"/> tells before.</exception>
    public static BlockSealer Of(BlockCodec codec, int level)
    {
        if (!HasLevel(codec, level)) throw new ArgumentOutOfRangeException(nameof(level), level, $"{codec} has no level {level}.");
        return new(codec == BlockCodec.Zstd && level != 0 ? level : DefaultZstdLevel, codec == BlockCodec.Lz4 && level != 0 ? level : DefaultLz4Acceleration);
    }

    /// <summary>Whether a level means something: 0 always; 1 to 64 for LZ4 (its acceleration); -50 to 19 for Zstandard.</summary>
    public static bool HasLevel(BlockCodec codec, int level) => level == 0 || codec switch
    {
        BlockCodec.Lz4 => level is > 0 and <= Lz4Compressor.AccelerationMax,
        BlockCodec.Zstd => level is >= -50 and <= 19,
        _ => false,
    };

    /// <summary>Bytes that a destination must have for a plain block of <paramref name="plainLength"/> bytes.</summary>
    public static int BoundOf(int plainLength) => plainLength + plainLength / 255 + 64;

    /// <summary>Whether this process can open blocks of that codec.</summary>
    public static bool Supports(BlockCodec codec) => codec switch
    {
        BlockCodec.None or BlockCodec.Lz4 => true,
        BlockCodec.Zstd => LibZstd.IsPresent,
        _ => false,
    };

    /// <summary>
    /// Compresses with <paramref name="wanted"/> (with LZ4 where that codec is missing); falls back to <see cref="BlockCodec.None"/> (a plain copy)
    /// when that saves less than 1/32. Returns the payload length and the codec really used.
    /// </summary>
    public int Seal(ReadOnlySpan<byte> plain, BlockCodec wanted, Span<byte> payload, out BlockCodec used)
    {
        if (payload.Length < BoundOf(plain.Length)) throw new ArgumentException($"A payload of {plain.Length} plain bytes needs room for {BoundOf(plain.Length)}; there is room for {payload.Length}.", nameof(payload));
        used = Supports(wanted) ? wanted : BlockCodec.Lz4;
        var worthwhile = plain.Length - (plain.Length + 31) / 32;
        var length = used switch
        {
            BlockCodec.Lz4 => lz4.Compress(plain, payload, worthwhile),
            BlockCodec.Zstd => zstd.Compress(plain, payload[..worthwhile], zstdLevel),
            _ => 0,
        };
        if (length > 0) return length;
        used = BlockCodec.None;
        plain.CopyTo(payload);
        return plain.Length;
    }

    /// <summary>Opens a payload into exactly <paramref name="plain"/>; false when it is damaged (wrong length, bad codec stream). Never reads or writes outside the spans.</summary>
    public bool TryOpen(BlockCodec codec, ReadOnlySpan<byte> payload, Span<byte> plain)
    {
        switch (codec)
        {
            case BlockCodec.None when payload.Length == plain.Length:
                payload.CopyTo(plain);
                return true;
            case BlockCodec.Lz4:
                return Lz4Decoder.TryDecode(payload, plain);
            case BlockCodec.Zstd when LibZstd.IsPresent:
                return zstd.TryDecompress(payload, plain);
            default:
                return false;
        }
    }

    public void Dispose() => zstd.Dispose();
}
