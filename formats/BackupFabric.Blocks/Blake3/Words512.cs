using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BackupFabric.Blocks.Blake3;

/// <summary>Sixteen lanes, AVX-512.</summary>
internal unsafe struct Words512 : ILaneWords<Vector512<uint>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Spread(uint word) => Vector512.Create(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Add(Vector512<uint> left, Vector512<uint> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Xor(Vector512<uint> left, Vector512<uint> right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> RotateRight16(Vector512<uint> words) => Avx512F.RotateRight(words, 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> RotateRight12(Vector512<uint> words) => Avx512F.RotateRight(words, 12);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> RotateRight8(Vector512<uint> words) => Avx512F.RotateRight(words, 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> RotateRight7(Vector512<uint> words) => Avx512F.RotateRight(words, 7);

    /// <summary>Sixteen rows of sixteen words become sixteen columns: first 4x4 inside each quarter, then the quarters change places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LoadMessage(long* inputs, nint offset, Vector512<uint>* message)
    {
        Interleave(inputs, 0, offset, out var a0, out var a1, out var a2, out var a3);
        Interleave(inputs, 4, offset, out var b0, out var b1, out var b2, out var b3);
        Interleave(inputs, 8, offset, out var c0, out var c1, out var c2, out var c3);
        Interleave(inputs, 12, offset, out var d0, out var d1, out var d2, out var d3);
        Gather(a0, b0, c0, d0, message);
        Gather(a1, b1, c1, d1, message + 1);
        Gather(a2, b2, c2, d2, message + 2);
        Gather(a3, b3, c3, d3, message + 3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Row(long* inputs, int lane, nint offset) => Vector512.Load((uint*)((byte*)inputs[lane] + offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interleave(long* inputs, int lane, nint offset, out Vector512<uint> x0, out Vector512<uint> x1, out Vector512<uint> x2, out Vector512<uint> x3)
    {
        Vector512<uint> a = Row(inputs, lane, offset), b = Row(inputs, lane + 1, offset), c = Row(inputs, lane + 2, offset), d = Row(inputs, lane + 3, offset);
        Vector512<ulong> abLow = Avx512F.UnpackLow(a, b).AsUInt64(), abHigh = Avx512F.UnpackHigh(a, b).AsUInt64();
        Vector512<ulong> cdLow = Avx512F.UnpackLow(c, d).AsUInt64(), cdHigh = Avx512F.UnpackHigh(c, d).AsUInt64();
        x0 = Avx512F.UnpackLow(abLow, cdLow).AsUInt32();
        x1 = Avx512F.UnpackHigh(abLow, cdLow).AsUInt32();
        x2 = Avx512F.UnpackLow(abHigh, cdHigh).AsUInt32();
        x3 = Avx512F.UnpackHigh(abHigh, cdHigh).AsUInt32();
    }

    /// <summary>Quarter k of the four vectors is column 4k (+ the offset of <paramref name="columns"/>) of lanes 0-3, 4-7, 8-11, 12-15.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Gather(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c, Vector512<uint> d, Vector512<uint>* columns)
    {
        Vector512<uint> abEven = Avx512F.Shuffle4x128(a, b, 0x88), abOdd = Avx512F.Shuffle4x128(a, b, 0xDD);
        Vector512<uint> cdEven = Avx512F.Shuffle4x128(c, d, 0x88), cdOdd = Avx512F.Shuffle4x128(c, d, 0xDD);
        columns[0] = Avx512F.Shuffle4x128(abEven, cdEven, 0x88);
        columns[4] = Avx512F.Shuffle4x128(abOdd, cdOdd, 0x88);
        columns[8] = Avx512F.Shuffle4x128(abEven, cdEven, 0xDD);
        columns[12] = Avx512F.Shuffle4x128(abOdd, cdOdd, 0xDD);
    }
}
