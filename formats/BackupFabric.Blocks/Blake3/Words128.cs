using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace BackupFabric.Blocks.Blake3;

/// <summary>Four lanes, on any processor with 128-bit vectors.</summary>
internal unsafe struct Words128 : ILaneWords<Vector128<uint>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Spread(uint word) => Vector128.Create(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Add(Vector128<uint> left, Vector128<uint> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Xor(Vector128<uint> left, Vector128<uint> right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> RotateRight16(Vector128<uint> words) => Avx512F.VL.IsSupported
        ? Avx512F.VL.RotateRight(words, 16)
        : Vector128.Shuffle(words.AsByte(), Vector128.Create((byte)2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> RotateRight12(Vector128<uint> words) => Avx512F.VL.IsSupported
        ? Avx512F.VL.RotateRight(words, 12)
        : (words >>> 12) | (words << 20);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> RotateRight8(Vector128<uint> words) => Avx512F.VL.IsSupported
        ? Avx512F.VL.RotateRight(words, 8)
        : Vector128.Shuffle(words.AsByte(), Vector128.Create((byte)1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> RotateRight7(Vector128<uint> words) => Avx512F.VL.IsSupported
        ? Avx512F.VL.RotateRight(words, 7)
        : (words >>> 7) | (words << 25);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LoadMessage(long* inputs, nint offset, Vector128<uint>* message)
    {
        byte* p0 = (byte*)inputs[0] + offset, p1 = (byte*)inputs[1] + offset, p2 = (byte*)inputs[2] + offset, p3 = (byte*)inputs[3] + offset;
        for (var quarter = 0; quarter < 4; quarter++)
        {
            Transpose(Vector128.Load((uint*)p0), Vector128.Load((uint*)p1), Vector128.Load((uint*)p2), Vector128.Load((uint*)p3), message + 4 * quarter);
            p0 += 16;
            p1 += 16;
            p2 += 16;
            p3 += 16;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(Vector128<uint> a, Vector128<uint> b, Vector128<uint> c, Vector128<uint> d, Vector128<uint>* rows)
    {
        Vector128<ulong> abLow = Interleave(a, b, low: true).AsUInt64(), abHigh = Interleave(a, b, low: false).AsUInt64();
        Vector128<ulong> cdLow = Interleave(c, d, low: true).AsUInt64(), cdHigh = Interleave(c, d, low: false).AsUInt64();
        rows[0] = Vector128.Create(abLow.GetLower(), cdLow.GetLower()).AsUInt32();
        rows[1] = Vector128.Create(abLow.GetUpper(), cdLow.GetUpper()).AsUInt32();
        rows[2] = Vector128.Create(abHigh.GetLower(), cdHigh.GetLower()).AsUInt32();
        rows[3] = Vector128.Create(abHigh.GetUpper(), cdHigh.GetUpper()).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Interleave(Vector128<uint> a, Vector128<uint> b, bool low)
    {
        if (Sse2.IsSupported) return low ? Sse2.UnpackLow(a, b) : Sse2.UnpackHigh(a, b);
        if (AdvSimd.Arm64.IsSupported) return low ? AdvSimd.Arm64.ZipLow(a, b) : AdvSimd.Arm64.ZipHigh(a, b);
        return low ? Vector128.Create(a[0], b[0], a[1], b[1]) : Vector128.Create(a[2], b[2], a[3], b[3]);
    }
}
