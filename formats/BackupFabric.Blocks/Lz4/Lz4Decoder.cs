using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BackupFabric.Blocks.Lz4;

/// <summary>Opens LZ4 blocks from anywhere: whatever the bytes are, nothing outside the two spans is read or written.</summary>
internal static unsafe class Lz4Decoder
{
    private const int LeastMatch = 4;

    /// <summary>How far the shortcut for short sequences may read: 16 literals and an offset (14 of them used), rounded up.</summary>
    private const int ShortcutReads = 32;

    /// <summary>How far it may write: 14 literals, then 18 bytes of match, rounded up.</summary>
    private const int ShortcutWrites = 48;

    /// <summary>Copies in steps of a vector may write so much more than asked for.</summary>
    private const int Overshoot = 32;

    /// <summary>True when the block decodes to exactly <paramref name="plain"/>.</summary>
    [SkipLocalsInit]
    public static bool TryDecode(ReadOnlySpan<byte> payload, Span<byte> plain)
    {
        fixed (byte* source = payload)
        fixed (byte* destination = plain)
        {
            return TryDecode(source, source + payload.Length, destination, destination + plain.Length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryDecode(byte* ip, byte* inEnd, byte* start, byte* outEnd)
    {
        var op = start;
        while (ip < inEnd)
        {
            var token = (uint)*ip++;
            nint literals = (nint)(token >> 4), match = (nint)(token & 15);
            if (literals < 15 && inEnd - ip >= ShortcutReads && outEnd - op >= ShortcutWrites)
            {
                Vector128.Store(Vector128.Load(ip), op);
                op += literals;
                ip += literals;
                nint near = *(ushort*)ip;
                if (match < 15 && near >= 16 && near <= op - start)
                {
                    ip += 2;
                    var from = op - near;
                    Vector128.Store(Vector128.Load(from), op);
                    *(ushort*)(op + 16) = *(ushort*)(from + 16);
                    op += match + LeastMatch;
                    continue;
                }
            }
            else
            {
                if (literals == 15 && !TryReadLength(ref ip, inEnd, ref literals)) return false;
                if (literals > inEnd - ip || literals > outEnd - op) return false;
                CopyLiterals(ip, inEnd, op, outEnd, literals);
                op += literals;
                ip += literals;
                if (ip == inEnd) return op == outEnd;
            }

            if (inEnd - ip < 2) return false;
            nint offset = *(ushort*)ip;
            ip += 2;
            if (offset == 0 || offset > op - start) return false;
            if (match == 15 && !TryReadLength(ref ip, inEnd, ref match)) return false;
            match += LeastMatch;
            if (match > outEnd - op) return false;
            CopyMatch(op, outEnd, offset, match);
            op += match;
        }

        // A block ends with literals; one that ends after a match (or is empty) was cut off.
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadLength(ref byte* ip, byte* inEnd, ref nint length)
    {
        byte part;
        do
        {
            if (ip >= inEnd) return false;
            part = *ip++;
            length += part;
        }
        while (part == 255);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyLiterals(byte* ip, byte* inEnd, byte* op, byte* outEnd, nint count)
    {
        if (inEnd - ip < count + Overshoot || outEnd - op < count + Overshoot)
        {
            Unsafe.CopyBlockUnaligned(op, ip, (uint)count);
            return;
        }

        var end = op + count;
        do
        {
            Vector256.Store(Vector256.Load(ip), op);
            ip += 32;
            op += 32;
        }
        while (op < end);
    }

    /// <summary>A match may overlap what it makes: an offset smaller than the step repeats a pattern.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyMatch(byte* op, byte* outEnd, nint offset, nint count)
    {
        byte* from = op - offset, end = op + count;
        if (outEnd - op < count + Overshoot)
        {
            while (op < end) *op++ = *from++;
        }
        else if (offset >= 32)
        {
            do
            {
                Vector256.Store(Vector256.Load(from), op);
                from += 32;
                op += 32;
            }
            while (op < end);
        }
        else if (offset >= 16)
        {
            do
            {
                Vector128.Store(Vector128.Load(from), op);
                from += 16;
                op += 16;
            }
            while (op < end);
        }
        else
        {
            CopyPattern(op, from, end, offset);
        }
    }

    /// <summary>Offsets below 16: the pattern is laid down byte by byte until it is long enough for whole vectors at a multiple of the offset.</summary>
    private static void CopyPattern(byte* op, byte* from, byte* end, nint offset)
    {
        if (offset == 1)
        {
            Unsafe.InitBlockUnaligned(op, *from, (uint)(end - op));
            return;
        }

        var distance = offset;
        while (distance < 16) distance += offset;
        for (var seed = distance - offset; seed > 0 && op < end; seed--) *op++ = *from++;
        for (from = op - distance; op < end; from += 16, op += 16) Vector128.Store(Vector128.Load(from), op);
    }
}
