using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Collection;

/// <summary>
/// One collection: purge, mark, plan, rewrite, drop. Safe beside everything else by one order: what sessions hold is kept from the beginning on, the packs that may go are
/// fixed next, the points are read after that. What is committed later is in packs that are not looked at, or that its session holds.
/// </summary>
internal sealed class Collector(RepositoryParts parts, CollectionOptions options, IProgress<CollectionProgress>? progress)
{
    /// <summary>Damaged index files are made anew in between.</summary>
    private const int AttemptsMax = 3;

    private int _purged;

    public async Task<CollectionReport> RunAsync(CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(parts.Closing.IsCancellationRequested, typeof(Repository));
        if (!await parts.CollectionTurn.WaitAsync(0, cancellation)) throw RepositoryErrors.CollectionRunning();
        try
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation, parts.Closing);
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return await AttemptAsync(ending.Token);
                }
                catch (Exception fault) when (attempt < AttemptsMax && fault is RepositoryException { Code: "index-damaged" } or ObjectDisposedException)
                {
                    // A page of a run is damaged, or somebody else met it and the run was made anew: what was counted over it is void.
                    ending.Token.ThrowIfCancellationRequested();
                    await parts.Data.RepairIndexAsync(ending.Token);
                    await parts.MapPacks.RepairIndexAsync(ending.Token);
                }
            }
        }
        finally
        {
            parts.CollectionTurn.Release();
        }
    }

    private async Task<CollectionReport> AttemptAsync(CancellationToken cancellation)
    {
        parts.Holds.BeginCollection();
        try
        {
            var dataRuns = await parts.Data.BeginCollectionAsync(cancellation);
            var mapRuns = await parts.MapPacks.BeginCollectionAsync(cancellation);
            RefuseIfBlind();
            var roots = await PurgeAsync(cancellation);
            var data = new IndexMarks(parts.Data.Index, dataRuns);
            var maps = new IndexMarks(parts.MapPacks.Index, mapRuns);
            await new ReachWalk(parts.Maps, parts.Nodes, maps, data).RunAsync(roots, walked => progress?.Report(new(CollectionStage.Marking, walked, roots.Count)), cancellation);
            var dataPlan = Plan(data, PackKind.Data);
            var mapPlan = Plan(maps, PackKind.Map);
            if (options.DryRun) return Report([(dataPlan, SweepResult.Expected(dataPlan)), (mapPlan, SweepResult.Expected(mapPlan))], data.Missing);
            var dataSweep = await new PackSweep(parts, parts.Data, PackKind.Data, dataRuns, data, dataPlan, progress).RunAsync(cancellation);
            var mapSweep = await new PackSweep(parts, parts.MapPacks, PackKind.Map, mapRuns, maps, mapPlan, progress).RunAsync(cancellation);
            return Report([(dataPlan, dataSweep), (mapPlan, mapSweep)], data.Missing);
        }
        finally
        {
            parts.Data.EndCollection();
            parts.MapPacks.EndCollection();
            parts.Holds.EndCollection();
        }
    }

    /// <summary>A manifest that cannot be read may come back from a copy: what it needs is not known, so nothing goes.</summary>
    private void RefuseIfBlind()
    {
        if (parts.Points.Damaged is [var damaged, ..]) throw RepositoryErrors.CollectionBlocked(damaged.Message, damaged);
    }

    /// <summary>Empties the trash as far as wanted; the maps that are needed then.</summary>
    private async Task<IReadOnlyCollection<DiskMapRoot>> PurgeAsync(CancellationToken cancellation)
    {
        var ripe = parts.Trash.OlderThan(options.EmptyTrashOlderThan);
        if (!options.DryRun)
        {
            _purged += await parts.Trash.PurgeAsync(ripe, () => parts.Ownership.ConfirmAsync(CancellationToken.None), cancellation);
            return parts.Holds.Roots(new HashSet<Guid>());
        }

        _purged = ripe.Count;
        return parts.Holds.Roots(ripe.Select(trashed => trashed.Point.PointId).ToHashSet());
    }

    private CollectionPlan Plan(IndexMarks marks, PackKind kind) => CollectionPlan.Of(marks.Packs(), parts.Holds.Packs(kind), options.ThinShare);

    private CollectionReport Report(IReadOnlyList<(CollectionPlan Plan, SweepResult Sweep)> kinds, long missing)
    {
        var gone = kinds.SelectMany(kind => kind.Plan.All.Where(pack => kind.Sweep.Gone.Contains(pack.Pack))).ToArray();
        var rewritten = gone.Sum(pack => pack.LiveBytes);
        return new(
            options.DryRun,
            _purged,
            gone.Count(pack => pack.IsDead),
            gone.Count(pack => !pack.IsDead),
            gone.Sum(pack => pack.Length) - rewritten,
            rewritten,
            kinds.Sum(kind => kind.Plan.All.Sum(pack => pack.LiveBytes)),
            kinds.Sum(kind => kind.Plan.All.Where(pack => !kind.Sweep.Gone.Contains(pack.Pack)).Sum(pack => pack.DeadBytes)),
            kinds.Sum(kind => kind.Sweep.Held),
            kinds.Sum(kind => kind.Sweep.WithoutRoom),
            missing,
            [.. kinds.SelectMany(kind => kind.Sweep.Findings)]);
    }
}
