using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BackupFabric.Blocks.Blake3;

/// <summary>Eight lanes, AVX2.</summary>
internal unsafe struct Words256 : ILaneWords<Vector256<uint>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Spread(uint word) => Vector256.Create(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Add(Vector256<uint> left, Vector256<uint> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Xor(Vector256<uint> left, Vector256<uint> right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> RotateRight16(Vector256<uint> words) => Avx512F.VL.IsSupported
        ? Avx512F.VL.RotateRight(words, 16)
        : Avx2.Shuffle(words.AsByte(), Vector256.Create(
            (byte)2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> RotateRight12(Vector256<uint> words) => Avx512F.VL.IsSupported
        ? Avx512F.VL.RotateRight(words, 12)
        : (words >>> 12) | (words << 20);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> RotateRight8(Vector256<uint> words) => Avx512F.VL.IsSupported
        ? Avx512F.VL.RotateRight(words, 8)
        : Avx2.Shuffle(words.AsByte(), Vector256.Create(
            (byte)1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12, 1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> RotateRight7(Vector256<uint> words) => Avx512F.VL.IsSupported
        ? Avx512F.VL.RotateRight(words, 7)
        : (words >>> 7) | (words << 25);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LoadMessage(long* inputs, nint offset, Vector256<uint>* message)
    {
        Transpose(inputs, offset, message);
        Transpose(inputs, offset + 32, message + 8);
    }

    /// <summary>Eight rows of eight words become eight columns: first 4x4 inside each half, then the halves change places.</summary>
    private static void Transpose(long* inputs, nint offset, Vector256<uint>* columns)
    {
        Interleave(Row(inputs, 0, offset), Row(inputs, 1, offset), Row(inputs, 2, offset), Row(inputs, 3, offset), out var a0, out var a1, out var a2, out var a3);
        Interleave(Row(inputs, 4, offset), Row(inputs, 5, offset), Row(inputs, 6, offset), Row(inputs, 7, offset), out var b0, out var b1, out var b2, out var b3);
        columns[0] = Avx2.Permute2x128(a0, b0, 0x20);
        columns[1] = Avx2.Permute2x128(a1, b1, 0x20);
        columns[2] = Avx2.Permute2x128(a2, b2, 0x20);
        columns[3] = Avx2.Permute2x128(a3, b3, 0x20);
        columns[4] = Avx2.Permute2x128(a0, b0, 0x31);
        columns[5] = Avx2.Permute2x128(a1, b1, 0x31);
        columns[6] = Avx2.Permute2x128(a2, b2, 0x31);
        columns[7] = Avx2.Permute2x128(a3, b3, 0x31);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Row(long* inputs, int lane, nint offset) => Vector256.Load((uint*)((byte*)inputs[lane] + offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interleave(
        Vector256<uint> a, Vector256<uint> b, Vector256<uint> c, Vector256<uint> d,
        out Vector256<uint> x0, out Vector256<uint> x1, out Vector256<uint> x2, out Vector256<uint> x3)
    {
        Vector256<ulong> abLow = Avx2.UnpackLow(a, b).AsUInt64(), abHigh = Avx2.UnpackHigh(a, b).AsUInt64();
        Vector256<ulong> cdLow = Avx2.UnpackLow(c, d).AsUInt64(), cdHigh = Avx2.UnpackHigh(c, d).AsUInt64();
        x0 = Avx2.UnpackLow(abLow, cdLow).AsUInt32();
        x1 = Avx2.UnpackHigh(abLow, cdLow).AsUInt32();
        x2 = Avx2.UnpackLow(abHigh, cdHigh).AsUInt32();
        x3 = Avx2.UnpackHigh(abHigh, cdHigh).AsUInt32();
    }
}
