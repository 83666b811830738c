using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace BackupFabric.Blocks;

/// <summary>Whether bytes are all zero: what decides that a cluster is a hole.</summary>
public static class ZeroTest
{
    public static bool IsZero(ReadOnlySpan<byte> bytes)
    {
        // Data is told by its first words nearly always.
        if (bytes.Length >= 8 && MemoryMarshal.Read<ulong>(bytes) != 0) return false;
        if (Vector512.IsHardwareAccelerated) return IsZero512(bytes);
        if (Vector256.IsHardwareAccelerated) return IsZero256(bytes);
        return !bytes.ContainsAnyExcept((byte)0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool IsZero512(ReadOnlySpan<byte> bytes)
    {
        ref var start = ref MemoryMarshal.GetReference(bytes);
        var i = 0;
        for (; i <= bytes.Length - 256; i += 256)
        {
            ref var at = ref Unsafe.Add(ref start, i);
            var any = (Vector512.LoadUnsafe(ref at) | Vector512.LoadUnsafe(ref at, 64)) | (Vector512.LoadUnsafe(ref at, 128) | Vector512.LoadUnsafe(ref at, 192));
            if (any != Vector512<byte>.Zero) return false;
        }

        return !bytes[i..].ContainsAnyExcept((byte)0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool IsZero256(ReadOnlySpan<byte> bytes)
    {
        ref var start = ref MemoryMarshal.GetReference(bytes);
        var i = 0;
        for (; i <= bytes.Length - 128; i += 128)
        {
            ref var at = ref Unsafe.Add(ref start, i);
            var any = (Vector256.LoadUnsafe(ref at) | Vector256.LoadUnsafe(ref at, 32)) | (Vector256.LoadUnsafe(ref at, 64) | Vector256.LoadUnsafe(ref at, 96));
            if (any != Vector256<byte>.Zero) return false;
        }

        return !bytes[i..].ContainsAnyExcept((byte)0);
    }
}
