using BackupFabric.BlockStore.Index;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Collection;

/// <summary>
/// Carries a plan out for the packs of one kind. Where there is room, thin packs are copied first and everything goes at once; on a nearly full volume dead packs go
/// first, then as many thin ones at a time as there is room for.
/// </summary>
internal sealed class PackSweep(RepositoryParts parts, PackSet packs, PackKind kind, IndexRun[] runs, IndexMarks marks, CollectionPlan plan, IProgress<CollectionProgress>? progress)
{
    private readonly PackRewrite _rewrite = new(packs, marks);
    private readonly Queue<PackFigures> _thin = new(plan.Thin.OrderBy(pack => pack.LiveBytes));
    private readonly Dictionary<PackNumber, long> _lengths = plan.All.ToDictionary(pack => pack.Pack, pack => pack.Length);
    private readonly HashSet<PackNumber> _gone = [];
    private readonly List<RepositoryException> _findings = [];
    private int _held = plan.Held.Count;
    private bool _isFull;
    private long _bytesCopied;

    public async Task<SweepResult> RunAsync(CancellationToken cancellation)
    {
        var isRoomy = parts.Space.ForCollection() >= plan.Thin.Sum(pack => pack.LiveBytes);
        if (!isRoomy) await DropAsync(plan.Dead, runsToo: false);
        var doomed = isRoomy ? plan.Dead : [];
        while (!_isFull && (_thin.Count > 0 || doomed.Count > 0))
        {
            doomed = [.. doomed, .. await CopyWhatFitsAsync(cancellation)];
            if (doomed.Count == 0 && !_isFull) break;
            await DropAsync(doomed, runsToo: isRoomy);
            doomed = [];
        }

        // On a nearly full volume the packs went before the runs were written; and what an earlier collection could not write is written now.
        await packs.TakeOutCondemnedAsync();
        return new(_gone, _held, _thin.Count, _findings);
    }

    /// <summary>Copies as many thin packs as there is room for; those that may go now.</summary>
    private async Task<IReadOnlyList<PackFigures>> CopyWhatFitsAsync(CancellationToken cancellation)
    {
        var copied = new List<PackFigures>();
        var room = parts.Space.ForCollection();
        try
        {
            while (_thin.TryPeek(out var pack) && pack.LiveBytes <= room)
            {
                cancellation.ThrowIfCancellationRequested();
                if (await TryCopyAsync(pack, cancellation)) copied.Add(pack);
                _thin.Dequeue();
                room -= pack.LiveBytes;
            }

            await packs.FlushAsync(cancellation);
            return copied;
        }
        catch (VolumeFullException)
        {
            // What was copied lies in two places, or waits in a buffer for room; the old packs stay.
            _isFull = true;
            foreach (var pack in copied) _thin.Enqueue(pack);
            return [];
        }
    }

    private async Task<bool> TryCopyAsync(PackFigures pack, CancellationToken cancellation)
    {
        if (parts.Holds.Packs(kind).Contains(pack.Pack))
        {
            _held++;
            return false;
        }

        progress?.Report(new(CollectionStage.Rewriting, _bytesCopied += pack.LiveBytes, plan.Thin.Sum(thin => thin.LiveBytes)));
        if (await _rewrite.CopyAsync(pack.Pack, cancellation) is not { } damage) return true;
        _findings.Add(damage);
        return false;
    }

    /// <summary>From the moment of condemnation on there is no way back: nobody finds anything in these packs any more.</summary>
    private async Task DropAsync(IReadOnlyList<PackFigures> doomed, bool runsToo)
    {
        if (doomed.Count == 0) return;
        await parts.Ownership.ConfirmAsync(CancellationToken.None);
        // A needed block may have its only other copy in a pack that is still written.
        await packs.FlushAsync(CancellationToken.None);
        var gone = await packs.DropAsync(runs, () => parts.Holds.Condemn(kind, doomed.Select(pack => pack.Pack)), _lengths, runsToo);
        _held += doomed.Count - gone.Count;
        _gone.UnionWith(gone);
        progress?.Report(new(CollectionStage.Deleting, _gone.Count, plan.Dead.Count + plan.Thin.Count));
    }
}

/// <param name="Gone">Packs that were deleted.</param>
/// <param name="Held">Packs that a session relies on.</param>
/// <param name="WithoutRoom">Packs that were to be rewritten.</param>
internal sealed record SweepResult(IReadOnlySet<PackNumber> Gone, int Held, int WithoutRoom, IReadOnlyList<RepositoryException> Findings)
{
    /// <summary>What carrying the plan out without a hitch gives.</summary>
    public static SweepResult Expected(CollectionPlan plan) => new(plan.Dead.Concat(plan.Thin).Select(pack => pack.Pack).ToHashSet(), plan.Held.Count, 0, []);
}
