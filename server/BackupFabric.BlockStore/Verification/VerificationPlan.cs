using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Verification;

/// <summary>Which packs a call has before it, and how many bytes that is.</summary>
internal sealed record VerificationPlan(VerificationCycle Cycle, IReadOnlyList<PackRegion> Data, IReadOnlyList<PackRegion> Nodes, IReadOnlyList<PackNumber> MissingData, IReadOnlyList<PackNumber> MissingNodes, long Bytes)
{
    public IReadOnlyList<PackRegion> Of(PackKind kind) => kind == PackKind.Data ? Data : Nodes;

    public IReadOnlyList<PackNumber> MissingOf(PackKind kind) => kind == PackKind.Data ? MissingData : MissingNodes;

    /// <param name="unfinished">The cycle to go on with; null begins one over all that is there now.</param>
    /// <param name="share">Of the whole cycle; <see cref="Bytes"/> is that, or what is left of the cycle if that is less.</param>
    public static VerificationPlan For(
        VerificationCycle? unfinished, IReadOnlyDictionary<PackNumber, long> data, IReadOnlyDictionary<PackNumber, long> nodes, IReadOnlySet<PackNumber> dataKnown, IReadOnlySet<PackNumber> nodesKnown, double share, DateTimeOffset now)
    {
        var cycle = unfinished ?? new(now, default, EndOf(data), default, EndOf(nodes), 0);
        var (dataLeft, nodesLeft) = (Between(data, cycle.DataDone, cycle.DataEnd), Between(nodes, cycle.NodesDone, cycle.NodesEnd));
        var whole = Between(data, default, cycle.DataEnd).Concat(Between(nodes, default, cycle.NodesEnd)).Sum(region => region.Bytes);
        var left = dataLeft.Concat(nodesLeft).Sum(region => region.Bytes);
        return new(cycle, dataLeft, nodesLeft, Missing(data, dataKnown), Missing(nodes, nodesKnown), Math.Min(left, (long)Math.Ceiling(whole * share)));
    }

    private static PackMark EndOf(IReadOnlyDictionary<PackNumber, long> packs) => packs.Count == 0 ? default : new(packs.Keys.Max(), packs[packs.Keys.Max()]);

    private static PackRegion[] Between(IReadOnlyDictionary<PackNumber, long> packs, PackMark done, PackMark end) =>
    [
        .. packs.Keys.Where(pack => pack.CompareTo(done.Pack) >= 0 && pack.CompareTo(end.Pack) <= 0).Order()
            .Select(pack => new PackRegion(pack, pack == done.Pack ? done.Offset : 0, pack == end.Pack ? Math.Min(end.Offset, packs[pack]) : packs[pack])),
    ];

    private static PackNumber[] Missing(IReadOnlyDictionary<PackNumber, long> packs, IReadOnlySet<PackNumber> known) => [.. known.Where(pack => !packs.ContainsKey(pack)).Order()];
}

/// <summary>A piece of a pack that is to be read.</summary>
internal readonly record struct PackRegion(PackNumber Pack, long From, long To)
{
    public long Bytes => Math.Max(0, To - From);
}
