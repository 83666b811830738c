using System.Runtime.CompilerServices;

namespace BackupFabric.Blocks.Lz4;

/// <summary>
/// Makes LZ4 blocks (LZ4 Block Format Description, "lz4_Block_format.md"). Greedy, one probe per position; the search speeds up
/// where nothing is found. Not thread-safe: it owns the table of positions.
/// </summary>
internal sealed unsafe class Lz4Compressor
{
    private const int FarthestMatch = 65535;

    /// <summary>The format asks that the last match begins this far before the end ...</summary>
    private const int LastMatchMargin = 12;

    /// <summary>... and that so many bytes at the end are literals.</summary>
    private const int LastLiterals = 5;

    /// <summary>Misses before the step between probes grows by one, as a power of two.</summary>
    private const int SkipTrigger = 6;

    // Cleared for each block: a few hundred nanoseconds, while telling old positions from new ones would cost a branch at each probe.
    private readonly byte[] table = GC.AllocateArray<byte>(TableSize, pinned: true);
    private readonly int acceleration;

    public Lz4Compressor(int acceleration)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(acceleration);
        this.acceleration = acceleration;
    }

    private static int TableSize => Math.Max(sizeof(ushort) << NearPositions.HashBits, sizeof(uint) << FarPositions.HashBits);

    /// <summary>
    /// Compresses into <paramref name="destination"/>, which has room for <see cref="BlockSealer.BoundOf"/> bytes. Returns 0, as early as that is
    /// certain, when the result would be longer than <paramref name="lengthMax"/> (at most the source's length).
    /// </summary>
    public int Compress(ReadOnlySpan<byte> source, Span<byte> destination, int lengthMax)
    {
        if (destination.Length < BlockSealer.BoundOf(source.Length)) throw new ArgumentException("The destination is shorter than the bound.", nameof(destination));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lengthMax, source.Length);
        table.AsSpan().Clear();
        fixed (byte* src = source)
        fixed (byte* dst = destination)
        fixed (byte* positions = table)
        {
            return source.Length <= FarthestMatch
                ? Compress<NearPositions>(src, source.Length, dst, lengthMax, positions, acceleration)
                : Compress<FarPositions>(src, source.Length, dst, lengthMax, positions, acceleration);
        }
    }

    [SkipLocalsInit]
    private static int Compress<TPositions>(byte* source, int length, byte* destination, int lengthMax, byte* table, int acceleration)
        where TPositions : struct, IPositions
    {
        byte* end = source + length, outEnd = destination + lengthMax;
        byte* matchStartEnd = end - LastMatchMargin + 1, matchEnd = end - LastLiterals;
        byte* ip = source, anchor = source, op = destination;
        if (length > LastMatchMargin)
        {
            ip++;
            while (true)
            {
                // Look for four bytes that were seen before; step the faster, the longer nothing is found.
                byte* match;
                var next = ip;
                var hash = HashOf<TPositions>(next);
                int step = 1, tries = acceleration << SkipTrigger;
                do
                {
                    ip = next;
                    next += step;
                    step = tries++ >> SkipTrigger;
                    if (next > matchStartEnd) goto Tail;
                    match = source + TPositions.Get(table, hash);
                    TPositions.Set(table, hash, (uint)(ip - source));
                    hash = HashOf<TPositions>(next);
                }
                while (!IsMatch<TPositions>(match, ip));

                while (ip > anchor && match > source && ip[-1] == match[-1])
                {
                    ip--;
                    match--;
                }

                var literals = (int)(ip - anchor);
                if (outEnd - op < literals + literals / 255 + 4) return 0;
                var token = op;
                op = Lz4Sequence.PutLiterals(op, anchor, literals, end);
                while (true)
                {
                    var stop = Lz4Sequence.EndOfMatch(ip + Lz4Sequence.LeastMatch, match + Lz4Sequence.LeastMatch, matchEnd);
                    op = Lz4Sequence.PutMatch(op, token, (int)(ip - match), (int)(stop - ip));
                    anchor = ip = stop;
                    if (ip >= matchStartEnd || op > outEnd) goto Tail;

                    // A match often follows a match: worth a look without literals.
                    TPositions.Set(table, HashOf<TPositions>(ip - 2), (uint)(ip - 2 - source));
                    hash = HashOf<TPositions>(ip);
                    match = source + TPositions.Get(table, hash);
                    TPositions.Set(table, hash, (uint)(ip - source));
                    if (!IsMatch<TPositions>(match, ip)) break;
                    token = op++;
                    *token = 0;
                }

                ip++;
            }
        }

    Tail:
        var rest = (int)(end - anchor);
        if (outEnd - op < rest + rest / 255 + 1) return 0;
        op = Lz4Sequence.PutLastLiterals(op, anchor, rest);
        return op > outEnd ? 0 : (int)(op - destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsMatch<TPositions>(byte* match, byte* ip)
        where TPositions : struct, IPositions =>
        (!TPositions.CanBeTooFar || ip - match <= FarthestMatch) && *(uint*)match == *(uint*)ip;

    /// <summary>Hash of five bytes: four find too many matches that are not worth it. Reads eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint HashOf<TPositions>(byte* p)
        where TPositions : struct, IPositions =>
        (uint)(((*(ulong*)p << 24) * 889523592379UL) >> (64 - TPositions.HashBits));
}
