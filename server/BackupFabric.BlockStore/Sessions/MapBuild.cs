using System.Runtime.CompilerServices;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Points;

namespace BackupFabric.BlockStore.Sessions;

/// <summary>Builds one disk map from leaves that came over the wire: each is decoded, each of its blocks is looked up, and the bytes under blocks are counted on the way.</summary>
internal sealed class MapBuild(DiskMap maps, Func<BlockId, BlockPlace?> find, ManifestDisk? basis, long length, Func<CancellationToken, Task<bool>> repairIndex)
{
    private readonly List<SpanEntry> _entries = [];
    private readonly CuttingRules _rules = maps.Parts.Rules;
    private long _contentBytes = basis?.ContentBytes ?? 0;
    private bool _edgeGiven;

    private long BasisSpans => basis is null ? 0 : _rules.SpansOf(basis.Root.Length);

    private long Spans => _rules.SpansOf(length);

    /// <summary>The last span that both disks have: when the length changed, its leaf covers more or fewer clusters than before.</summary>
    private long Edge => Math.Min(Spans, BasisSpans) - 1;

    public async Task<(DiskMapRoot Root, long ContentBytes)> RunAsync(IAsyncEnumerable<(long Span, ReadOnlyMemory<byte> Leaf)> leaves, CancellationToken cancellation)
    {
        if (length is < 0 or > CuttingRules.LengthMax) throw RepositoryErrors.MapInvalid($"a disk has at least 0 and at most {CuttingRules.LengthMax} bytes, not {length}");
        DiskMapRoot root;
        try
        {
            root = await maps.PatchAsync(basis?.Root, length, CheckedAsync(leaves, cancellation), cancellation);
        }
        catch (ArgumentException refused)
        {
            // What the checks here leave to the map: a new end inside a block whose span was not sent.
            throw RepositoryErrors.MapInvalid(refused.Message.TrimEnd('.'));
        }

        await CountEndAsync(root, cancellation);
        return (root, _contentBytes);
    }

    private async IAsyncEnumerable<(long Span, ReadOnlyMemory<byte> Leaf)> CheckedAsync(
        IAsyncEnumerable<(long Span, ReadOnlyMemory<byte> Leaf)> leaves, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var last = -1L;
        await foreach (var (span, leaf) in leaves.WithCancellation(cancellation))
        {
            if (span <= last || span >= Spans) throw RepositoryErrors.MapInvalid($"span {span} comes after span {last}; they ascend, and the disk has {Spans}");
            if (!SpanLeaf.TryDecode(leaf.Span, _rules.ClustersOf(length, span), _entries)) throw RepositoryErrors.MapInvalid($"the leaf of span {span} is malformed");
            await CheckBlocksAsync(span, cancellation);
            if (span < BasisSpans) _contentBytes -= await ContentOfAsync(basis!.Root, span, cancellation);
            _contentBytes += ContentOf(leaf, _rules.ClustersOf(length, span));
            _edgeGiven |= span == Edge;
            last = span;
            yield return (span, leaf);
        }
    }

    private async ValueTask CheckBlocksAsync(long span, CancellationToken cancellation)
    {
        foreach (var entry in _entries)
        {
            if (entry.IsHole) continue;
            var place = find(entry.Id) ?? (await repairIndex(cancellation) ? find(entry.Id) : null) ?? throw RepositoryErrors.BlocksMissing(span, entry.Id);
            if (place.PlainLength != (long)entry.Clusters * Cluster.Size)
                throw RepositoryErrors.MapInvalid($"span {span} takes block {entry.Id} for {entry.Clusters} clusters; it has {place.PlainLength / Cluster.Size}");
        }
    }

    /// <summary>What a changed length did: spans beyond the new end are gone, and the one it cuts was adapted.</summary>
    private async Task CountEndAsync(DiskMapRoot root, CancellationToken cancellation)
    {
        if (basis is null || basis.Root.Length == length) return;
        if (Edge >= 0 && !_edgeGiven) _contentBytes += await ContentOfAsync(root, Edge, cancellation) - await ContentOfAsync(basis.Root, Edge, cancellation);
        if (Spans >= BasisSpans) return;
        await foreach (var (span, leaf) in maps.LeavesAsync(basis.Root, Spans, cancellation)) _contentBytes -= ContentOf(leaf, _rules.ClustersOf(basis.Root.Length, span));
    }

    private async ValueTask<long> ContentOfAsync(DiskMapRoot root, long span, CancellationToken cancellation) =>
        ContentOf(await maps.LeafAsync(root, span, cancellation), _rules.ClustersOf(root.Length, span));

    private static long ContentOf(ReadOnlyMemory<byte> leaf, int clusters)
    {
        if (leaf.IsEmpty) return 0;
        var decoded = new List<SpanEntry>();
        return SpanLeaf.TryDecode(leaf.Span, clusters, decoded) ? decoded.Where(entry => !entry.IsHole).Sum(entry => (long)entry.Clusters * Cluster.Size) : 0;
    }
}
