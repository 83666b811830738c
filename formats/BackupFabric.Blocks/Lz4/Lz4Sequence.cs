using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BackupFabric.Blocks.Lz4;

/// <summary>Writes the parts of a sequence: token, literals, offset, match length.</summary>
internal static unsafe class Lz4Sequence
{
    public const int LeastMatch = 4;

    /// <summary>A length that does not fit into its half of the token goes on in further bytes.</summary>
    private const int TokenMax = 15;

    /// <summary>Writes the token and the literals. May write 15 bytes more than it returns, never reads behind the source.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* PutLiterals(byte* op, byte* literals, int count, byte* sourceEnd)
    {
        op = PutToken(op, count);
        var end = op + count;
        if (sourceEnd - literals < count + 16)
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

    public static byte* PutLastLiterals(byte* op, byte* literals, int count)
    {
        op = PutToken(op, count);
        Unsafe.CopyBlockUnaligned(op, literals, (uint)count);
        return op + count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* PutMatch(byte* op, byte* token, int offset, int length)
    {
        *(ushort*)op = (ushort)offset;
        op += 2;
        length -= LeastMatch;
        if (length < TokenMax)
        {
            *token += (byte)length;
            return op;
        }

        *token += TokenMax;
        return PutLength(op, length - TokenMax);
    }

    /// <summary>How far two places go on alike. Most ends lie within one vector: one branch that is foretold well.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* EndOfMatch(byte* p, byte* match, byte* limit)
    {
        while (limit - p >= Vector256<byte>.Count)
        {
            var alike = Vector256.Equals(Vector256.Load(p), Vector256.Load(match)).ExtractMostSignificantBits();
            if (alike != uint.MaxValue) return p + BitOperations.TrailingZeroCount(~alike);
            p += Vector256<byte>.Count;
            match += Vector256<byte>.Count;
        }

        while (p < limit && *p == *match)
        {
            p++;
            match++;
        }

        return p;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* PutToken(byte* op, int literals)
    {
        if (literals < TokenMax)
        {
            *op = (byte)(literals << 4);
            return op + 1;
        }

        *op = TokenMax << 4;
        return PutLength(op + 1, literals - TokenMax);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* PutLength(byte* op, int rest)
    {
        for (; rest >= 255; rest -= 255) *op++ = 255;
        *op++ = (byte)rest;
        return op;
    }
}
