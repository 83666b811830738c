using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BackupFabric.BlockStore.Packs;

/// <summary>CRC-32C (Castagnoli) with the processor's instruction where it has one.</summary>
internal static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Continue(~0u, bytes);

    /// <summary>Of two parts lying apart, as if they were one.</summary>
    public static uint Of(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => ~Continue(Continue(~0u, first), second);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Continue(uint state, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words) state = BitOperations.Crc32C(state, word);
        foreach (var rest in bytes[(words.Length * sizeof(ulong))..]) state = BitOperations.Crc32C(state, rest);
        return state;
    }
}
