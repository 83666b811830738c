using System.Numerics;
using System.Runtime.CompilerServices;

namespace BackupFabric.Blocks;

/// <summary>
/// The hash of one cluster that decides whether a block ends after it (FORMAT.md, "Cutting"). CRC-32C of the four quarters, which keeps the
/// processor's CRC unit busy with independent streams, then a mix that spreads them.
/// </summary>
internal static unsafe class ClusterHash
{
    private const int Quarter = Cluster.Size / 4;

    // Multipliers of xxHash64, odd and with well spread bits.
    private const ulong MultiplierA = 0x9E3779B185EBCA87;
    private const ulong MultiplierB = 0xC2B2AE3D27D4EB4F;
    private const ulong MultiplierC = 0x165667B19E3779F9;

    public static uint Of(byte* cluster, uint seed)
    {
        uint a = seed, b = seed, c = seed, d = seed;
        for (var i = 0; i < Quarter; i += sizeof(ulong))
        {
            a = BitOperations.Crc32C(a, *(ulong*)(cluster + i));
            b = BitOperations.Crc32C(b, *(ulong*)(cluster + Quarter + i));
            c = BitOperations.Crc32C(c, *(ulong*)(cluster + 2 * Quarter + i));
            d = BitOperations.Crc32C(d, *(ulong*)(cluster + 3 * Quarter + i));
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
