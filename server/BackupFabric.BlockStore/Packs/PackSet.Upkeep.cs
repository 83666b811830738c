using BackupFabric.BlockStore.Index;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Packs;

/// <summary>What keeps the packs and their index in order: repairing and rebuilding the index, and removing packs that nothing needs. One at a time, and never beside a seal.</summary>
internal sealed partial class PackSet
{
    /// <summary>Takes damaged index runs out and reads the tables of their packs again. True when there was something to repair.</summary>
    public async Task<bool> RepairIndexAsync(CancellationToken cancellation)
    {
        if (!index.Runs.All.Any(run => run.IsDamaged)) return false;
        await _sealTurn.WaitAsync(cancellation);
        try
        {
            var broken = index.Runs.All.Where(run => run.IsDamaged).ToArray();
            foreach (var run in broken)
            {
                await ReplaceRunAsync(run, cancellation);
                lock (_gate) _findings.Add(RepositoryErrors.IndexDamaged(run.FileName, "a page does not match its checksum"));
            }

            return broken.Length > 0;
        }
        finally
        {
            _sealTurn.Release();
        }
    }

    /// <summary>
    /// Throws away every run and reads the table of every sealed pack (scans it when it has none). A run goes when what stands in its place is durable or in memory, so look-ups
    /// beside it find everything, and a crash leaves what the next opening completes.
    /// </summary>
    public async Task<PackLoader> RebuildIndexAsync(Action<int> packsDone, CancellationToken cancellation)
    {
        await _sealTurn.WaitAsync(cancellation);
        try
        {
            var loader = new PackLoader(context, kind, index);
            var old = index.Runs.All;
            // Marked first, so that no merge takes an old run and its successor together.
            foreach (var run in old) run.MarkDamaged();
            var withoutRun = index.PacksWithoutRun();
            await loader.ReloadAsync(withoutRun, cancellation);
            packsDone(withoutRun.Length);
            foreach (var run in old)
            {
                cancellation.ThrowIfCancellationRequested();
                await ReplaceRunAsync(loader, run, cancellation);
                packsDone(run.Packs.Length);
            }

            await index.SettleAsync();
            lock (_gate) Note(loader);
            return loader;
        }
        finally
        {
            _sealTurn.Release();
        }
    }

    /// <summary>
    /// Seals what is open and moves everything sealed into runs, which then stay as they are until <see cref="EndCollection"/>; returns them. What a full volume
    /// has no room for is in none of them, and is thereby not collected.
    /// </summary>
    public async Task<IndexRun[]> BeginCollectionAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(Repository));
            if (_current is { Length: > PackFormat.HeaderSize }) await RetireAsync(_current);
        }
        catch (VolumeFullException)
        {
            // It stays the current pack, and the next write tries again.
        }
        finally
        {
            _turn.Release();
        }

        try
        {
            await _sealing;
            await SealRetiredAsync();
        }
        catch (VolumeFullException)
        {
            // Its records are written; a later seal finds room for the table.
        }

        return await index.BeginCollectionAsync();
    }

    public void EndCollection() => index.EndCollection();

    /// <summary>
    /// Removes packs that nobody holds, as <paramref name="condemn"/> decides: they are condemned, taken out of the index's files, so that those are believed at the next
    /// opening, and deleted. No order of the last two loses anything (a run over a pack that is gone is not believed). Returns the packs that went. Fails with
    /// <c>index-damaged</c> when one of <paramref name="runs"/> has been replaced meanwhile: then what is needed was counted in vain.
    /// </summary>
    public async Task<IReadOnlySet<PackNumber>> DropAsync(IndexRun[] runs, Func<IReadOnlySet<PackNumber>> condemn, IReadOnlyDictionary<PackNumber, long> lengths, bool runsToo)
    {
        await _sealTurn.WaitAsync();
        try
        {
            if (runs.FirstOrDefault(run => !index.Runs.All.Contains(run)) is { } replaced) throw RepositoryErrors.IndexDamaged(replaced.FileName, "it was made anew meanwhile");
            var condemned = condemn();
            if (condemned.Count == 0) return condemned;
            if (runsToo) await TryTakeOutCondemnedAsync();
            foreach (var pack in condemned.Order())
            {
                await _files.ForgetAsync(pack);
                await context.Volume.DeleteAsync(NameOf(pack), CancellationToken.None);
                lock (_gate) _sealedBytes -= lengths[pack];
            }

            await context.Volume.SyncFolderAsync(PackNumber.FolderOf(kind), CancellationToken.None);
            return condemned;
        }
        finally
        {
            _sealTurn.Release();
        }
    }

    /// <summary>Takes what was condemned out of the index's files, if it is still there; what cannot be done now is done later, at the next opening at the latest.</summary>
    public async Task TakeOutCondemnedAsync()
    {
        await _sealTurn.WaitAsync();
        try
        {
            await TryTakeOutCondemnedAsync();
        }
        finally
        {
            _sealTurn.Release();
        }
    }

    private async Task ReplaceRunAsync(IndexRun run, CancellationToken cancellation)
    {
        var loader = new PackLoader(context, kind, index);
        await ReplaceRunAsync(loader, run, cancellation);
        lock (_gate) Note(loader);
    }

    private async Task ReplaceRunAsync(PackLoader loader, IndexRun run, CancellationToken cancellation)
    {
        await loader.ReloadAsync(run.StandingPacks.ToArray(), cancellation);
        await index.DropRunAsync(run);
    }

    private async Task TryTakeOutCondemnedAsync()
    {
        try
        {
            await index.TakeOutCondemnedAsync();
        }
        catch (IOException fault) when (fault is VolumeFullException or RepositoryException { Code: "index-damaged" })
        {
            // The runs in memory know. Those on the disk are not believed by the next opening, which reads the tables.
        }
    }
}
