using System.Runtime.CompilerServices;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.Blocks.Spans;

namespace BackupFabric.BlockStore.Export;

/// <summary>What differs between two disks, from their maps alone: no block is read, and equal subtrees are not either.</summary>
public sealed class DiskComparison(Repository repository)
{
    private readonly CuttingRules _rules = repository.Rules;

    /// <summary>The ranges of <paramref name="after"/> whose bytes may differ from <paramref name="before"/>'s, ascending; what lies beyond its end is left out.</summary>
    public async IAsyncEnumerable<ByteRange> RangesAsync(DiskMapRoot before, DiskMapRoot after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (old, now, differing) = (new List<SpanEntry>(), new List<SpanEntry>(), new List<ClusterRange>());
        var pending = default(ByteRange);
        await foreach (var span in repository.Maps.DifferingSpansAsync(before, after, cancellation))
        {
            if (span >= _rules.SpansOf(after.Length)) break;
            await ReadAsync(before, span, old, cancellation);
            await ReadAsync(after, span, now, cancellation);
            SpanDifference.Find(old, now, differing);
            foreach (var clusters in differing)
            {
                var range = ToBytes(clusters, span, after.Length);
                if (pending.Length > 0 && pending.End < range.Offset) yield return pending;
                pending = pending.Length > 0 && pending.End == range.Offset ? pending with { Length = pending.Length + range.Length } : range;
            }
        }

        if (pending.Length > 0) yield return pending;
    }

    private async ValueTask ReadAsync(DiskMapRoot root, long span, List<SpanEntry> entries, CancellationToken cancellation)
    {
        entries.Clear();
        if (span >= _rules.SpansOf(root.Length)) return;
        var leaf = await repository.Maps.LeafAsync(root, span, cancellation);
        if (!SpanLeaf.TryDecode(leaf.Span, _rules.ClustersOf(root.Length, span), entries)) throw RepositoryErrors.LeafMalformed(span);
    }

    private ByteRange ToBytes(ClusterRange clusters, long span, long length)
    {
        var offset = span * _rules.SpanBytes + (long)clusters.Start * Cluster.Size;
        return new(offset, Math.Min((long)clusters.Length * Cluster.Size, length - offset));
    }
}
