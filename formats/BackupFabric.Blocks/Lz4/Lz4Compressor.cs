using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BackupFabric.Blocks.Lz4;

/// <summary>
/// Makes LZ4 blocks (LZ4 Block Format Description, "lz4_Block_format.md"). Greedy, one probe per position; the search speeds up
/// where nothing is found. Not thread-safe: it owns the table of positions.
/// </summary>
internal sealed unsafe class Lz4Compressor
{
    private const int HashBits = 13;
    private const int LeastMatch = 4;
    private const int FarthestMatch = 65535;

    /// <summary>The format asks that the last match begins this far before the end ...</summary>
    private const int LastMatchMargin = 12;

    /// <summary>... and that so many bytes at the end are literals.</summary>
    private const int LastLiterals = 5;

    /// <summary>Misses before the step between probes grows by one, as a power of two.</summary>
    private const int SkipTrigger = 6;

    /// <summary>Positions beyond this would overflow with the next block.</summary>
    private const uint OriginMax = 0x7000_0000;

    private readonly uint[] table = GC.AllocateArray<uint>(1 << HashBits, pinned: true);
    private readonly int acceleration;

    // Positions go on growing from block to block, so that what earlier blocks left in the table is recognised as too far away
    // and the table need not be cleared.
    private uint origin = FarthestMatch + 1;

    public Lz4Compressor(int acceleration)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(acceleration);
        this.acceleration = acceleration;
    }

    /// <summary>
    /// Compresses into <paramref name="destination"/>, which has room for <see cref="BlockSealer.BoundOf"/> bytes. Returns 0, as early as that is
    /// certain, when the result would be longer than <paramref name="lengthMax"/> (at most the source's length).
    /// </summary>
    public int Compress(ReadOnlySpan<byte> source, Span<byte> destination, int lengthMax)
    {
        if (destination.Length < BlockSealer.BoundOf(source.Length)) throw new ArgumentException("The destination is shorter than the bound.", nameof(destination));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lengthMax, source.Length);
        if (origin > OriginMax)
        {
            table.AsSpan().Clear();
            origin = FarthestMatch + 1;
        }

        var position = origin;
        origin += (uint)source.Length + FarthestMatch + 1;
        fixed (byte* src = source)
        fixed (byte* dst = destination)
        fixed (uint* positions = table)
        {
            return Compress(src, source.Length, dst, lengthMax, positions, position);
        }
    }

    [SkipLocalsInit]
    private int Compress(byte* source, int length, byte* destination, int lengthMax, uint* positions, uint origin)
    {
        byte* end = source + length, outEnd = destination + lengthMax;
        byte* matchStartEnd = end - LastMatchMargin + 1, matchEnd = end - LastLiterals;
        byte* bias = source - origin;
        byte* ip = source, anchor = source, op = destination;
        if (length > LastMatchMargin)
        {
            positions[HashOf(ip)] = origin;
            ip++;
            while (true)
            {
                byte* match = Search(ref ip, matchStartEnd, bias, positions, origin);
                if (match == null) break;
                while (ip > anchor && match > source && ip[-1] == match[-1])
                {
                    ip--;
                    match--;
                }

                var literals = (int)(ip - anchor);
                if (op + literals + literals / 255 + 4 > outEnd) return 0;
                byte* token = op;
                op = PutLiterals(op, anchor, literals, end);
                while (true)
                {
                    op = PutMatch(op, token, ref ip, match, matchEnd);
                    anchor = ip;
                    if (ip >= matchStartEnd || op > outEnd) goto Tail;

                    // A match often follows a match: worth a look without literals.
                    positions[HashOf(ip - 2)] = (uint)(ip - 2 - bias);
                    match = Probe(ip, bias, positions, origin);
                    if (match == null) break;
                    token = op++;
                    *token = 0;
                }

                ip++;
            }
        }

    Tail:
        var rest = (int)(end - anchor);
        if (op + rest + rest / 255 + 1 > outEnd) return 0;
        op = PutLastLiterals(op, anchor, rest);
        return op > outEnd ? 0 : (int)(op - destination);
    }

    /// <summary>Finds the next position whose four bytes were seen; moves <paramref name="ip"/> there. Null when the end came first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Search(ref byte* ip, byte* matchStartEnd, byte* bias, uint* positions, uint origin)
    {
        var next = ip;
        var hash = HashOf(next);
        int step = 1, tries = acceleration << SkipTrigger;
        while (true)
        {
            var at = next;
            next += step;
            step = tries++ >> SkipTrigger;
            if (next > matchStartEnd) return null;
            var candidate = positions[hash];
            var current = (uint)(at - bias);
            positions[hash] = current;
            hash = HashOf(next);
            if (candidate >= origin && current - candidate <= FarthestMatch && *(uint*)(bias + candidate) == *(uint*)at)
            {
                ip = at;
                return bias + candidate;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Probe(byte* ip, byte* bias, uint* positions, uint origin)
    {
        var hash = HashOf(ip);
        uint candidate = positions[hash], current = (uint)(ip - bias);
        positions[hash] = current;
        return candidate >= origin && current - candidate <= FarthestMatch && *(uint*)(bias + candidate) == *(uint*)ip ? bias + candidate : null;
    }

    /// <summary>Hash of five bytes: four find too many matches that are not worth it. Reads eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint HashOf(byte* p) => (uint)(((*(ulong*)p << 24) * 889523592379UL) >> (64 - HashBits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* PutLiterals(byte* op, byte* literals, int count, byte* sourceEnd)
    {
        var token = op++;
        if (count >= 15)
        {
            *token = 0xF0;
            op = PutLength(op, count - 15);
        }
        else
        {
            *token = (byte)(count << 4);
        }

        var end = op + count;
        if (literals + count + 16 > sourceEnd)
        {
            Unsafe.CopyBlockUnaligned(op, literals, (uint)count);
            return end;
        }

        do
        {
            Vector128.Store(Vector128.Load(literals), op);
            literals += 16;
            op += 16;
        }
        while (op < end);
        return end;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* PutMatch(byte* op, byte* token, ref byte* ip, byte* match, byte* matchEnd)
    {
        *(ushort*)op = (ushort)(ip - match);
        op += 2;
        var stop = EndOfMatch(ip + LeastMatch, match + LeastMatch, matchEnd);
        var length = (int)(stop - ip) - LeastMatch;
        ip = stop;
        if (length < 15)
        {
            *token += (byte)length;
            return op;
        }

        *token += 15;
        return PutLength(op, length - 15);
    }

    private static byte* PutLastLiterals(byte* op, byte* literals, int count)
    {
        if (count >= 15)
        {
            *op++ = 0xF0;
            op = PutLength(op, count - 15);
        }
        else
        {
            *op++ = (byte)(count << 4);
        }

        Unsafe.CopyBlockUnaligned(op, literals, (uint)count);
        return op + count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* EndOfMatch(byte* p, byte* match, byte* limit)
    {
        while (p + 8 <= limit)
        {
            var difference = *(ulong*)p ^ *(ulong*)match;
            if (difference != 0) return p + (BitOperations.TrailingZeroCount(difference) >> 3);
            p += 8;
            match += 8;
        }

        while (p < limit && *p == *match)
        {
            p++;
            match++;
        }

        return p;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* PutLength(byte* op, int rest)
    {
        for (; rest >= 255; rest -= 255) *op++ = 255;
        *op++ = (byte)rest;
        return op;
    }
}
