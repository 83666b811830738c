using System.Collections.Concurrent;
using BackupFabric.Blocks;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Index;

/// <summary>
/// Where the records of one kind of pack lie: a table in memory for what is new, sorted runs in files for the rest. Derived from the packs; losing it loses nothing.
/// </summary>
internal sealed class BlockIndex(IndexRuns runs, int runEntriesMin) : IAsyncDisposable
{
    private readonly FreshTable _fresh = new();
    private readonly ConcurrentDictionary<(PackNumber Pack, uint Offset), BlockId> _damaged = new();
    private readonly Dictionary<PackNumber, long> _sealedFresh = [];
    private readonly SemaphoreSlim _turn = new(1);
    private long _sealedFreshEntries;
    private long _count;

    public IndexRuns Runs => runs;

    /// <summary>Records that can be found; one that was stored twice may count twice.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Finds a copy that is not known to be damaged.</summary>
    public bool TryFind(in BlockId id, out BlockPlace place)
    {
        while (true)
        {
            if (_fresh.TryFind(id, out place) && !IsDamaged(place)) return true;
            // Only now: an entry leaves the table after its run is among these.
            var all = runs.All;
            try
            {
                foreach (var run in all)
                {
                    if (run.TryFind(id, out place) && !IsDamaged(place)) return true;
                }

                place = default;
                return false;
            }
            catch (ObjectDisposedException) when (runs.All != all)
            {
                // A merge or a collection has put another run in the place of one and closed it: once more.
            }
        }
    }

    /// <summary>False when another copy is in the table in memory, unless that one is known to be damaged.</summary>
    public bool TryAdd(in BlockId id, in BlockPlace place) => Counted(_fresh.TryAdd(id, place, (there, _) => IsDamaged(there), out var isNew), isNew);

    /// <summary>An entry from a table or a scan; the latest pack wins, since a healed copy is in a later pack than the damaged one.</summary>
    public void AddLoaded(in PackEntry entry) => Counted(_fresh.TryAdd(entry.Id, entry.Place, (there, loaded) => loaded.Pack.Value > there.Pack.Value, out var isNew), isNew);

    /// <summary>Believes the runs that fit the packs; returns the packs that need no reading.</summary>
    public async Task<HashSet<PackNumber>> OpenRunsAsync(IReadOnlyDictionary<PackNumber, long> packs, CancellationToken cancellation)
    {
        var covered = await runs.OpenAsync(packs, cancellation);
        Interlocked.Add(ref _count, runs.Count);
        return covered;
    }

    /// <summary>Takes a damaged run out; its packs' entries were loaded anew.</summary>
    public async Task DropRunAsync(IndexRun run)
    {
        await runs.DropAsync(run);
        Interlocked.Add(ref _count, -run.Count);
    }

    /// <summary>From now on this copy is not found: the block counts as lacking, and the next offer stores it anew.</summary>
    public void MarkDamaged(in BlockId id, in BlockPlace place) => _damaged.TryAdd((place.Pack, place.Offset), id);

    public void MarkWhole(in BlockPlace place) => _damaged.TryRemove((place.Pack, place.Offset), out _);

    /// <summary>Copies that are not used because they were found damaged, whether another one has taken their place or not.</summary>
    public IReadOnlyList<(BlockId Id, PackNumber Pack, uint Offset)> Damaged() => [.. _damaged.Select(mark => (mark.Value, mark.Key.Pack, mark.Key.Offset))];

    /// <summary>What an earlier opening had set aside.</summary>
    public void LoadDamaged(in BlockId id, PackNumber pack, uint offset) => _damaged.TryAdd((pack, offset), id);

    /// <summary>The sealed packs whose entries are here.</summary>
    public HashSet<PackNumber> KnownPacks()
    {
        // In this order: what leaves the table is in a run before.
        var known = PacksWithoutRun().Select(pack => pack.Number).ToHashSet();
        known.UnionWith(runs.All.SelectMany(run => run.StandingPacks).Select(pack => pack.Number));
        return known;
    }

    /// <summary>Sealed packs that no run covers yet.</summary>
    public IndexedPack[] PacksWithoutRun()
    {
        lock (_sealedFresh) return [.. _sealedFresh.Select(pack => new IndexedPack(pack.Key, pack.Value)).OrderBy(pack => pack.Number)];
    }

    /// <summary>Every entry that lies in a pack, in the order of the pack. Reads all runs that cover it: for packs whose table is gone.</summary>
    public List<PackEntry> EntriesIn(PackNumber pack)
    {
        while (true)
        {
            var found = _fresh.EntriesIn(new HashSet<PackNumber> { pack });
            var all = runs.All;
            try
            {
                foreach (var run in all.Where(run => run.Covers(pack))) found.AddRange(run.Entries().Where(entry => entry.Place.Pack == pack));
                return [.. found.DistinctBy(entry => entry.Place.Offset).OrderBy(entry => entry.Place.Offset)];
            }
            catch (ObjectDisposedException) when (runs.All != all)
            {
                // Another run has taken the place of one meanwhile: once more.
            }
        }
    }

    /// <summary>Moves the entries of sealed packs into a run, however few they are.</summary>
    public async Task SettleAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (_sealedFreshEntries > 0) await WriteRunAsync();
        }
        catch (VolumeFullException)
        {
            // As above: they stay in memory.
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Finds a copy that was found damaged.</summary>
    public bool TryFindDamaged(in BlockId id, out BlockPlace place)
    {
        place = default;
        if (_damaged.IsEmpty) return false;
        while (true)
        {
            if (_fresh.TryFind(id, out place)) return true;
            var all = runs.All;
            try
            {
                foreach (var run in all)
                {
                    if (run.TryFind(id, out place)) return true;
                }

                return false;
            }
            catch (ObjectDisposedException) when (runs.All != all)
            {
                // As above.
            }
        }
    }

    /// <summary>Whether that copy is known to be damaged.</summary>
    public bool IsDamaged(in BlockPlace place) => !_damaged.IsEmpty && _damaged.ContainsKey((place.Pack, place.Offset));

    /// <summary>
    /// Moves the entries of all sealed packs into runs and keeps the runs from being merged: from now to <see cref="EndCollection"/>, the runs that are returned stay as they
    /// are. On a full volume, what found no room is in none of them.
    /// </summary>
    public async Task<IndexRun[]> BeginCollectionAsync()
    {
        await _turn.WaitAsync();
        try
        {
            runs.MergesWait = true;
            if (_sealedFresh.Count > 0) await WriteRunAsync();
        }
        catch (VolumeFullException)
        {
            // Those packs are not collected this time.
        }
        finally
        {
            _turn.Release();
        }

        return runs.All;
    }

    public void EndCollection() => runs.MergesWait = false;

    /// <summary>From now on nothing is found in these packs; none of them has an entry outside the runs.</summary>
    public void Condemn(IReadOnlySet<PackNumber> packs)
    {
        foreach (var run in runs.All)
        {
            foreach (var pack in packs) run.Condemn(pack);
        }

        foreach (var copy in _damaged.Keys.Where(copy => packs.Contains(copy.Pack))) _damaged.TryRemove(copy, out _);
    }

    /// <summary>Takes condemned packs out of the runs on the disk, so that the runs are believed at the next opening.</summary>
    public async Task TakeOutCondemnedAsync()
    {
        await _turn.WaitAsync();
        try
        {
            Interlocked.Add(ref _count, -await runs.WithoutCondemnedAsync());
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// A pack has its table on disk; its entries may move into a run. The run is written when enough have come together, so the memory is bounded by
    /// <paramref name="entries"/> of the packs that are being written and the threshold.
    /// </summary>
    public async Task PackSealedAsync(PackNumber pack, long length, int entries)
    {
        await _turn.WaitAsync();
        try
        {
            lock (_sealedFresh)
            {
                if (_sealedFresh.TryAdd(pack, length)) _sealedFreshEntries += entries;
                // Loaded again: a scan may have given it a table.
                else _sealedFresh[pack] = length;
            }

            if (_sealedFreshEntries >= runEntriesMin) await WriteRunAsync();
        }
        catch (VolumeFullException)
        {
            // The entries stay in memory until a later pack finds room for a run; a full volume must not keep a repository from opening.
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await runs.DisposeAsync();
        _turn.Dispose();
    }

    private async Task WriteRunAsync()
    {
        var packs = _sealedFresh.Select(pack => new IndexedPack(pack.Key, pack.Value)).OrderBy(pack => pack.Number).ToArray();
        var entries = _fresh.EntriesIn(_sealedFresh.Keys.ToHashSet());
        entries.Sort(IndexRunWriter.LatestFirst);
        await runs.AddAsync(entries, packs);
        // Only now, so that a look-up finds every entry in at least one of the two places.
        _fresh.Remove(entries);
        lock (_sealedFresh) _sealedFresh.Clear();
        _sealedFreshEntries = 0;
    }

    private bool Counted(bool added, bool isNew)
    {
        if (isNew) Interlocked.Increment(ref _count);
        return added;
    }
}
