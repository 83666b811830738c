using System.Runtime.CompilerServices;

namespace BackupFabric.Blocks.Lz4;

/// <summary>
/// Makes LZ4 blocks (LZ4 Block Format Description, "lz4_Block_format.md"). Greedy, one probe per position; the search speeds up
/// where nothing is found. Not thread-safe: it owns the table of positions.
/// </summary>
/// <remarks>
/// The table holds the low 16 bits of positions, which is as far as a match reaches, so that one small table serves blocks of any length. What a place in it means may
/// be long gone by; the bytes are compared in any case.
/// </remarks>
internal sealed unsafe class Lz4Compressor
{
    public const int AccelerationMax = 64;

    /// <summary>The format asks that the last match begins so far before the end (12 bytes), and a look at a position takes eight bytes.</summary>
    private const int LastMatchMargin = 16;

    /// <summary>So many bytes at the end are literals.</summary>
    private const int LastLiterals = 5;

    /// <summary>Misses before the step between probes grows by one, as a power of two.</summary>
    private const int SkipTrigger = 6;

    /// <summary>16 KiB: a third of the first-level cache, which the block's own bytes pass through.</summary>
    private const int HashBits = 13;

    private const ulong HashMultiplier = 0xCF1BBCDCB7A56463;

    // Cleared for each block: a few hundred nanoseconds, while telling old positions from new ones would cost a branch at each probe.
    private readonly ushort[] _table = GC.AllocateArray<ushort>(1 << HashBits, pinned: true);
    private readonly int _firstStep;
    private readonly int _shiftOut;

    /// <param name="acceleration">
    /// 1 compresses best: matches of five bytes and more. From 2 on only matches of seven bytes are looked for: fewer, longer sequences cost less to write and to read than
    /// they save. Beyond, the search begins with steps of <paramref name="acceleration"/> - 1.
    /// </param>
    public Lz4Compressor(int acceleration)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(acceleration);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(acceleration, AccelerationMax);
        _firstStep = Math.Max(1, acceleration - 1);
        _shiftOut = 8 * (sizeof(ulong) - (acceleration == 1 ? 5 : 7));
    }

    /// <summary>
    /// Compresses into <paramref name="destination"/>, which has room for <see cref="BlockSealer.BoundOf"/> bytes. Returns 0, as early as that is
    /// certain, when the result would be longer than <paramref name="lengthMax"/> (at most the source's length).
    /// </summary>
    public int Compress(ReadOnlySpan<byte> source, Span<byte> destination, int lengthMax)
    {
        if (destination.Length < BlockSealer.BoundOf(source.Length)) throw new ArgumentException("The destination is shorter than the bound.", nameof(destination));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lengthMax, source.Length);
        _table.AsSpan().Clear();
        fixed (byte* src = source)
        fixed (byte* dst = destination)
        fixed (ushort* table = _table)
        {
            return Compress(src, source.Length, dst, lengthMax, table, _firstStep, _shiftOut);
        }
    }

    /// <param name="shiftOut">Bits of eight that a probe leaves out.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Compress(byte* source, int length, byte* destination, int lengthMax, ushort* table, int firstStep, int shiftOut)
    {
        byte* end = source + length, outEnd = destination + lengthMax;
        byte* matchStartEnd = end - LastMatchMargin, matchEnd = end - LastLiterals;
        byte* ip = source + 1, anchor = source, op = destination;
        if (length <= 2 * LastMatchMargin) goto Tail;
        do
        {
            // Look for bytes that were seen before; step the faster, the longer nothing is found.
            nint distance;
            var next = ip;
            var wanted = *(ulong*)next << shiftOut;
            int step = firstStep, tries = firstStep << SkipTrigger;
            while (true)
            {
                ip = next;
                next += step;
                step = tries++ >> SkipTrigger;
                if (next > matchStartEnd) goto Tail;
                distance = Exchange(table, wanted, ip - source);
                // A distance of 0 is one of 65536, which is too far.
                if (*(ulong*)(ip - distance) << shiftOut == wanted && distance != 0) break;
                wanted = *(ulong*)next << shiftOut;
            }

            var known = ip + (sizeof(ulong) - (shiftOut >> 3));
            while (ip > anchor && ip - distance > source && ip[-1] == (ip - distance)[-1]) ip--;
            var literals = (int)(ip - anchor);
            if (outEnd - op < literals + literals / 255 + 4) return 0;
            var token = op;
            op = Lz4Sequence.PutLiterals(op, anchor, literals, end);
            anchor = Lz4Sequence.EndOfMatch(known, known - distance, matchEnd);
            op = Lz4Sequence.PutMatch(op, token, (int)distance, (int)(anchor - ip));
            if (anchor > matchStartEnd || op > outEnd) break;

            Exchange(table, *(ulong*)(anchor - 2) << shiftOut, anchor - 2 - source);
            ip = anchor;
        }
        while (true);

    Tail:
        var rest = (int)(end - anchor);
        if (outEnd - op < rest + rest / 255 + 1) return 0;
        op = Lz4Sequence.PutLastLiterals(op, anchor, rest);
        return op > outEnd ? 0 : (int)(op - destination);
    }

    /// <summary>How far back the same hash was seen last (0 .. 65535); remembers this place instead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Exchange(ushort* table, ulong bytes, long position)
    {
        var slot = table + (bytes * HashMultiplier >> (64 - HashBits));
        var distance = (ushort)(position - *slot);
        *slot = (ushort)position;
        return distance;
    }
}
