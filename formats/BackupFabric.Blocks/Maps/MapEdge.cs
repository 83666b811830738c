using System.Buffers;
using System.Runtime.CompilerServices;

namespace BackupFabric.Blocks.Maps;

/// <summary>
/// When a disk's length changes inside a span, that span's leaf covers more or fewer clusters than before and has to be written anew
/// although nothing in it changed. This slips it into the stream of leaves unless the caller brings it.
/// </summary>
internal sealed class MapEdge(MapReader basis, MapShape shape)
{
    /// <summary>The only span that both disks have and whose coverage may differ; -1 when there is none.</summary>
    private readonly long edge = EdgeOf(basis.Shape, shape);

    public async IAsyncEnumerable<(long Span, ReadOnlyMemory<byte> Leaf)> MergeAsync(
        IAsyncEnumerable<(long Span, ReadOnlyMemory<byte> Leaf)> leaves, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var pending = edge >= 0;
        await foreach (var (span, leaf) in leaves.WithCancellation(cancellation))
        {
            if (pending && span > edge) yield return (edge, await AdjustedAsync(cancellation));
            pending &= span < edge;
            yield return (span, leaf);
        }

        if (pending) yield return (edge, await AdjustedAsync(cancellation));
    }

    private static long EdgeOf(MapShape before, MapShape after)
    {
        var last = Math.Min(before.Spans, after.Spans) - 1;
        return last >= 0 && before.ClustersOf(last) != after.ClustersOf(last) ? last : -1;
    }

    private async ValueTask<ReadOnlyMemory<byte>> AdjustedAsync(CancellationToken cancellation)
    {
        var id = await basis.LeafIdAsync(edge, cancellation);
        var entries = new List<SpanEntry>();
        var leaf = await basis.LeafAsync(id, edge, cancellation);
        if (!SpanLeaf.TryDecode(leaf.Span, basis.Shape.ClustersOf(edge), entries))
            throw new DiskMapException(id, $"Node {id} of a disk map is not a leaf of {basis.Shape.ClustersOf(edge)} clusters, as span {edge} demands.");
        var output = new ArrayBufferWriter<byte>();
        SpanLeaf.Encode(Fitted(entries, shape.ClustersOf(edge)), output);
        return output.WrittenMemory;
    }

    private List<SpanEntry> Fitted(List<SpanEntry> entries, int clusters)
    {
        var fitted = new List<SpanEntry>(entries.Count + 1);
        var covered = 0;
        foreach (var entry in entries)
        {
            var kept = Math.Min(entry.Clusters, clusters - covered);
            if (kept == 0) break;
            if (kept < entry.Clusters && !entry.IsHole)
                throw new ArgumentException($"The disk now ends inside a block of span {edge}: that span's content changed, and its leaf must be among the given ones.");
            fitted.Add(new SpanEntry(kept, entry.Id));
            covered += kept;
        }

        if (covered < clusters) fitted.Add(new SpanEntry(clusters - covered, BlockId.Zero));
        return fitted;
    }
}
