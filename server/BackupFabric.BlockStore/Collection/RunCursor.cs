using BackupFabric.Blocks;
using BackupFabric.BlockStore.Index;
using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Collection;

/// <summary>Looks up many ids in one run. Ids that come in order find their page still in memory: each page is read once. Not thread-safe.</summary>
internal sealed class RunCursor(IndexRun run)
{
    private readonly byte[] _page = new byte[IndexRunFormat.PageSize];
    private int _loaded = -1;
    private int _count;

    /// <summary>Finds an entry that is in no condemned pack. A damaged page is an <c>index-damaged</c> error: what it held must not count as absent.</summary>
    public bool TryFind(ulong key, in BlockId id, out RunHit hit)
    {
        for (var page = run.PageOf(key); page >= 0; page--)
        {
            Load(page);
            if (IndexRunFormat.Search(_page, _count, id) is >= 0 and var found) return TryHit(page, found, out hit);
            if (run.FenceOf(page) != key) break;
        }

        hit = default;
        return false;
    }

    private bool TryHit(int page, int found, out RunHit hit)
    {
        var entry = _page.AsSpan(found * IndexRunFormat.EntrySize);
        var pack = IndexRunFormat.PackOrdinalOf(entry);
        hit = new((long)page * IndexRunFormat.EntriesPerPage + found, pack, run.ReadEntry(entry).Place);
        return !run.IsCondemned(pack);
    }

    private void Load(int page)
    {
        if (page == _loaded) return;
        _loaded = -1;
        _count = run.ReadPage(page, _page);
        _loaded = page;
    }
}

/// <param name="Ordinal">Of the entry in its run; it stays what it is, since a run never changes.</param>
/// <param name="PackOrdinal">Of the pack among the run's packs.</param>
internal readonly record struct RunHit(long Ordinal, int PackOrdinal, BlockPlace Place);
