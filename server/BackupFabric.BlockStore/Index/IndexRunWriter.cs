using BackupFabric.Blocks;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Index;

/// <summary>Writes a run from sorted entries, streaming; and merges runs into one.</summary>
internal static class IndexRunWriter
{
    private const int PagesPerWrite = 64;

    /// <param name="entries">Sorted by id; of equal ids the first one counts.</param>
    /// <param name="packs">Every pack that an entry names, sorted by number.</param>
    public static async Task WriteAsync(IVolumeFile file, Guid repository, PackKind kind, IEnumerable<PackEntry> entries, IndexedPack[] packs)
    {
        var ordinals = new Dictionary<PackNumber, int>();
        foreach (var pack in packs) ordinals.Add(pack.Number, ordinals.Count);
        var buffer = new byte[PagesPerWrite * IndexRunFormat.PageSize];
        var fences = new List<ulong>();
        int pages = 0, inPage = 0;
        long count = 0;
        var last = BlockId.Zero;
        foreach (var entry in entries)
        {
            if (count > 0 && entry.Id == last) continue;
            if (inPage == IndexRunFormat.EntriesPerPage)
            {
                FinishPage();
                if (pages == PagesPerWrite) await WritePagesAsync();
            }

            if (inPage == 0) fences.Add(IndexRunFormat.KeyOf(entry.Id));
            IndexRunFormat.WriteEntry(buffer.AsSpan(pages * IndexRunFormat.PageSize + inPage * IndexRunFormat.EntrySize), entry, ordinals[entry.Place.Pack]);
            inPage++;
            count++;
            last = entry.Id;
        }

        if (inPage > 0) FinishPage();
        await WritePagesAsync();
        await file.AppendAsync(IndexRunFormat.EncodeTail(repository, kind, count, fences.ToArray(), packs), CancellationToken.None);
        await file.FlushAsync(CancellationToken.None);

        void FinishPage()
        {
            IndexRunFormat.FinishPage(buffer.AsSpan(pages * IndexRunFormat.PageSize, IndexRunFormat.PageSize), inPage);
            (pages, inPage) = (pages + 1, 0);
        }

        async Task WritePagesAsync()
        {
            if (pages > 0) await file.AppendAsync(buffer.AsMemory(0, pages * IndexRunFormat.PageSize), CancellationToken.None);
            pages = 0;
        }
    }

    /// <summary>The entries of several runs in one order; of equal ids the one in the latest pack comes first.</summary>
    public static IEnumerable<PackEntry> Merge(IEnumerable<IndexRun> runs)
    {
        var queue = new PriorityQueue<IEnumerator<PackEntry>, PackEntry>(LatestFirst);
        foreach (var run in runs) Advance(run.Entries().GetEnumerator());
        while (queue.TryDequeue(out var source, out var entry))
        {
            yield return entry;
            Advance(source);
        }

        void Advance(IEnumerator<PackEntry> source)
        {
            if (source.MoveNext()) queue.Enqueue(source, source.Current);
            else source.Dispose();
        }
    }

    public static readonly Comparer<PackEntry> LatestFirst = Comparer<PackEntry>.Create((x, y) =>
        x.Id.CompareTo(y.Id) is not 0 and var order ? order : y.Place.Pack.CompareTo(x.Place.Pack));
}
