using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace BackupFabric.Blocks;

/// <summary>
/// The hash of one cluster that decides whether a block ends after it (FORMAT.md, "Cutting"). Four CRC-32C streams, each over every fourth
/// 8-byte word, keep the processor's CRC unit busy while memory is read in one straight line; then a mix that spreads them.
/// </summary>
internal static unsafe class ClusterHash
{
    private const int Words = Cluster.Size / sizeof(ulong);

    // Multipliers of xxHash64, odd and with well spread bits.
    private const ulong MultiplierA = 0x9E3779B185EBCA87;
    private const ulong MultiplierB = 0xC2B2AE3D27D4EB4F;
    private const ulong MultiplierC = 0x165667B19E3779F9;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Of(byte* cluster, uint seed)
    {
        uint a = seed, b = seed, c = seed, d = seed;
        var words = (ulong*)cluster;
        for (var i = 0; i < Words; i += 8)
        {
            // The next cluster is wanted next, by the cutter or by the hash of the block; a processor's own read-ahead stops at its page.
            if (Sse.IsSupported) Sse.Prefetch0(words + Words + i);
            a = BitOperations.Crc32C(a, words[i]);
            b = BitOperations.Crc32C(b, words[i + 1]);
            c = BitOperations.Crc32C(c, words[i + 2]);
            d = BitOperations.Crc32C(d, words[i + 3]);
            a = BitOperations.Crc32C(a, words[i + 4]);
            b = BitOperations.Crc32C(b, words[i + 5]);
            c = BitOperations.Crc32C(c, words[i + 6]);
            d = BitOperations.Crc32C(d, words[i + 7]);
        }

        return Mix(a | (ulong)b << 32, c | (ulong)d << 32, seed);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Mix(ulong ab, ulong cd, uint seed)
    {
        var h = (ab ^ seed * MultiplierC) * MultiplierA;
        h = (BitOperations.RotateLeft(h, 31) ^ cd) * MultiplierB;
        h ^= h >> 29;
        h *= MultiplierC;
        return (uint)(h >> 32);
    }
}
