using System.Runtime.CompilerServices;

namespace BackupFabric.Blocks;

/// <summary>Cuts bytes into blocks at content-defined cluster boundaries. A pure function of the bytes and the rules. Thread-safe.</summary>
public sealed class Cutter(CuttingRules rules)
{
    // A hash below this limit, of 2^32, ends a block.
    private readonly ulong cutRange = (1UL << 32) / (ulong)Math.Max(1, rules.Checked().AverageClusters - rules.LeastClusters);

    public CuttingRules Rules { get; } = rules;

    /// <summary>
    /// Cuts <paramref name="buffer"/> (a whole number of clusters, at most one span, beginning at a block boundary
    /// and not reaching over a span boundary) and appends the cuts, holes included, in order; together they cover the buffer exactly.
    /// </summary>
    public void Cut(ReadOnlySpan<byte> buffer, List<BlockCut> cuts) => Cut(buffer, cuts, isEnd: true);

    /// <summary>
    /// The same for bytes that go on behind the buffer unless <paramref name="isEnd"/>: a block that may go on is left for the next call, which begins where this
    /// one ended. A hole may come in several pieces. Returns the bytes that were cut.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe int Cut(ReadOnlySpan<byte> buffer, List<BlockCut> cuts, bool isEnd)
    {
        if (buffer.Length % Cluster.Size != 0 || buffer.Length > Rules.SpanBytes)
            throw new ArgumentException($"A buffer of {buffer.Length} bytes cannot be cut: whole clusters of {Cluster.Size} bytes and at most a span of {Rules.SpanBytes} bytes are expected.", nameof(buffer));
        var clusters = buffer.Length / Cluster.Size;
        fixed (byte* start = buffer)
        {
            for (var at = 0; at < clusters;)
            {
                var first = at;
                while (at < clusters && IsZero(start, at)) at++;
                if (at > first) cuts.Add(new BlockCut(first * Cluster.Size, (at - first) * Cluster.Size, IsHole: true));
                if (at == clusters) break;
                var length = BlockLength(start, at, clusters, out var isClosed);
                if (!isClosed && !isEnd) return at * Cluster.Size;
                cuts.Add(new BlockCut(at * Cluster.Size, length * Cluster.Size, IsHole: false));
                at += length;
            }
        }

        return buffer.Length;
    }

    /// <summary>Clusters of the block that begins at <paramref name="first"/>, which is not zero. Zero clusters at its end are left to the hole that follows.</summary>
    /// <param name="isClosed">Whatever comes behind the buffer, the block ends there.</param>
    private unsafe int BlockLength(byte* start, int first, int clusters, out bool isClosed)
    {
        var end = Math.Min(clusters, first + Rules.GreatestClusters);
        int zeros = 0, at = first;
        isClosed = first + Rules.GreatestClusters <= clusters;
        while (at < end)
        {
            if (IsZero(start, at++))
            {
                if (++zeros < Rules.ZeroRunClusters) continue;
                isClosed = true;
                break;
            }

            zeros = 0;
            if (at - first < Rules.LeastClusters || ClusterHash.Of(start + (long)(at - 1) * Cluster.Size, Rules.Seed) >= cutRange) continue;
            isClosed = true;
            break;
        }

        return at - zeros - first;
    }

    private static unsafe bool IsZero(byte* start, int cluster)
    {
        var p = start + (long)cluster * Cluster.Size;
        return *(ulong*)p == 0 && ZeroTest.IsZero(new ReadOnlySpan<byte>(p, Cluster.Size));
    }
}
