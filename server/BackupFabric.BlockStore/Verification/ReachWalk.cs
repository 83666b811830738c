using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Points;

namespace BackupFabric.BlockStore.Verification;

/// <summary>What cannot be read under a map node, and whether all of it was read in the cycle. The default value is whole and proven.</summary>
internal readonly record struct Reach(long Bytes, long Ranges, bool IsUnproven)
{
    public static Reach operator +(Reach a, Reach b) => new(a.Bytes + b.Bytes, a.Ranges + b.Ranges, a.IsUnproven || b.IsUnproven);
}

/// <summary>
/// Walks the maps of points and looks up every node and block they reach. A node is visited once, however many points share it; memory is one entry per node (about 50 bytes for each
/// 16 MiB of different content), not per point or block.
/// </summary>
internal sealed class ReachWalk(RepositoryParts parts, VerificationCycle cycle, Healer? healer, FindingList findings)
{
    private readonly DiskMap _maps = parts.Maps;
    private readonly CuttingRules _rules = parts.Identity.Rules;
    private readonly HashSet<BlockId> _whole = [];
    private readonly Dictionary<BlockId, Reach> _hurt = [];
    private readonly Dictionary<int, BlockId[]> _children = [];
    private readonly List<SpanEntry> _entries = [];

    public async Task<Reach> DiskAsync(ManifestDisk disk, CancellationToken cancellation)
    {
        if (disk.Root.Id.IsZero) return default;
        return await NodeAsync(disk.Root.Id, _maps.HeightOf(disk.Root.Length), 0, disk.Root.Length, cancellation);
    }

    private async ValueTask<Reach> NodeAsync(BlockId id, int height, long index, long diskLength, CancellationToken cancellation)
    {
        if (_whole.Contains(id)) return default;
        if (_hurt.TryGetValue(id, out var known)) return known;
        cancellation.ThrowIfCancellationRequested();
        var reach = await BytesOfAsync(id, cancellation) is not { } node ? Lost(height, index, diskLength)
            : height == 0 ? await LeafAsync(id, node, index, diskLength, cancellation)
            : await InnerAsync(id, node, height, index, diskLength, cancellation);
        if (!IsProven(parts.MapPacks, id)) reach = reach with { IsUnproven = true };
        if (reach == default) _whole.Add(id);
        else _hurt[id] = reach;
        return reach;
    }

    private async ValueTask<Reach> InnerAsync(BlockId id, ReadOnlyMemory<byte> node, int height, long index, long diskLength, CancellationToken cancellation)
    {
        // One array for each height: a walk is in one node of each height at a time.
        if (!_children.TryGetValue(height, out var children)) _children.Add(height, children = new BlockId[DiskMap.FanOut]);
        if (!DiskMap.TryReadChildren(node.Span, height, children)) return Misplaced(id, height, index, diskLength);
        var reach = default(Reach);
        for (var child = 0; child < DiskMap.FanOut; child++)
        {
            if (!children[child].IsZero) reach += await NodeAsync(children[child], height - 1, index * DiskMap.FanOut + child, diskLength, cancellation);
        }

        return reach;
    }

    private async ValueTask<Reach> LeafAsync(BlockId id, ReadOnlyMemory<byte> node, long span, long diskLength, CancellationToken cancellation)
    {
        if (span >= _rules.SpansOf(diskLength) || !SpanLeaf.TryDecode(node.Span, _rules.ClustersOf(diskLength, span), _entries)) return Misplaced(id, 0, span, diskLength);
        var reach = default(Reach);
        var before = false;
        foreach (var (clusters, block) in _entries)
        {
            var isLost = !block.IsZero && !await IsStoredAsync(block, clusters, cancellation);
            if (isLost) reach += new Reach((long)clusters * Cluster.Size, before ? 0 : 1, true);
            else if (!block.IsZero && !IsProven(parts.Data, block)) reach = reach with { IsUnproven = true };
            before = isLost;
        }

        return reach;
    }

    private async ValueTask<bool> IsStoredAsync(BlockId id, int clusters, CancellationToken cancellation)
    {
        if (!parts.Data.Index.TryFind(id, out var place) && !await FoundAfterAllAsync(parts.Data, id, cancellation))
        {
            if (healer is not null && await healer.TryBlockAsync(id, cancellation)) return true;
            findings.Add(id, parts.Data.Index.TryFindDamaged(id, out place)
                ? RepositoryErrors.BlockDamaged(id, parts.Data.NameOf(place.Pack), place.Offset, "it was set aside")
                : RepositoryErrors.BlockMissing(id));
            return false;
        }

        return place.PlainLength == 0 || place.PlainLength == clusters * (long)Cluster.Size;
    }

    /// <summary>The node's bytes, healed if need be; null when there are none.</summary>
    private async ValueTask<ReadOnlyMemory<byte>?> BytesOfAsync(BlockId id, CancellationToken cancellation)
    {
        // The index first: what is in memory still may be lost on disk.
        var isThere = parts.MapPacks.Index.TryFind(id, out _) || await FoundAfterAllAsync(parts.MapPacks, id, cancellation);
        if (isThere && await TryReadAsync(id, cancellation) is { } node) return node;
        if (healer is not null && await healer.TryNodeAsync(id, cancellation) && await TryReadAsync(id, cancellation) is { } healed) return healed;
        findings.Add(id, parts.MapPacks.Index.TryFindDamaged(id, out var place)
            ? RepositoryErrors.NodeDamaged(id, parts.MapPacks.NameOf(place.Pack), place.Offset, "it was set aside")
            : RepositoryErrors.NodeMissing(id));
        return null;
    }

    private async ValueTask<ReadOnlyMemory<byte>?> TryReadAsync(BlockId id, CancellationToken cancellation)
    {
        try
        {
            return await parts.Nodes.GetAsync(id, cancellation);
        }
        catch (RepositoryException damaged)
        {
            if (healer is null) findings.Add(id, damaged);
            return null;
        }
    }

    /// <summary>What a damaged index run hides is there once the run is made anew.</summary>
    private static async ValueTask<bool> FoundAfterAllAsync(PackSet packs, BlockId id, CancellationToken cancellation) =>
        await packs.RepairIndexAsync(cancellation) && packs.Index.TryFind(id, out _);

    private bool IsProven(PackSet packs, BlockId id) =>
        packs.Index.TryFind(id, out var place) && (packs == parts.Data ? cycle.DataEnd : cycle.NodesEnd).IsPast(place);

    private Reach Misplaced(BlockId id, int height, long index, long diskLength)
    {
        var known = parts.MapPacks.Index.TryFind(id, out var place);
        findings.Add(id, known ? RepositoryErrors.NodeMalformed(id, parts.MapPacks.NameOf(place.Pack), place.Offset) : RepositoryErrors.NodeMissing(id));
        return Lost(height, index, diskLength);
    }

    /// <summary>All bytes of the disk under a node that cannot be read; which of them are holes is not known any more.</summary>
    private Reach Lost(int height, long index, long diskLength)
    {
        var under = (UInt128)_rules.SpanBytes << (8 * height);
        var start = (UInt128)(ulong)index * under;
        var left = (UInt128)(ulong)diskLength > start ? (UInt128)(ulong)diskLength - start : 0;
        return new((long)UInt128.Min(under, left), 1, true);
    }
}
