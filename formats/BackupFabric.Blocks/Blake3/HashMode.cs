using System.Runtime.InteropServices;

namespace BackupFabric.Blocks.Blake3;

/// <summary>What tells plain, keyed and derive-key hashing apart: the eight key words every chunk and parent starts from, and a flag.</summary>
internal sealed class HashMode
{
    public const int KeySize = 32;

    public static readonly HashMode Plain = new(InitialWords, 0);
    public static readonly HashMode DeriveKeyContext = new(InitialWords, HashFlags.DeriveKeyContext);

    private HashMode(ReadOnlySpan<uint> key, uint flags)
    {
        Key = key.ToArray();
        Flags = flags;
    }

    /// <summary>The initialization vector of BLAKE3 (and SHA-256).</summary>
    public static ReadOnlySpan<uint> InitialWords =>
        [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19];

    public uint[] Key { get; }

    public uint Flags { get; }

    public static HashMode Keyed(ReadOnlySpan<byte> key32) => Of(key32, HashFlags.KeyedHash);

    public static HashMode DeriveKeyMaterial(ReadOnlySpan<byte> contextKey) => Of(contextKey, HashFlags.DeriveKeyMaterial);

    private static HashMode Of(ReadOnlySpan<byte> key, uint flags)
    {
        if (key.Length != KeySize) throw new ArgumentException("A BLAKE3 key has 32 bytes.", nameof(key));
        return new HashMode(MemoryMarshal.Cast<byte, uint>(key), flags);
    }
}

/// <summary>Domain flags of the BLAKE3 specification, section 2.1.</summary>
internal static class HashFlags
{
    public const uint ChunkStart = 1;
    public const uint ChunkEnd = 2;
    public const uint Parent = 4;
    public const uint Root = 8;
    public const uint KeyedHash = 16;
    public const uint DeriveKeyContext = 32;
    public const uint DeriveKeyMaterial = 64;
}
