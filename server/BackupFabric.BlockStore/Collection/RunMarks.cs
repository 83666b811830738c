using BackupFabric.BlockStore.Index;

namespace BackupFabric.BlockStore.Collection;

/// <summary>One bit for each entry of a run: whether it is needed. 2 MB for 1 TiB of unique data in blocks of 64 KiB.</summary>
internal sealed class RunMarks(IndexRun run)
{
    private readonly ulong[] _bits = new ulong[((long)run.PageCount * IndexRunFormat.EntriesPerPage + 63) / 64];
    private readonly long[] _liveBytes = new long[run.Packs.Length];

    public IndexRun Run => run;

    /// <summary>True when it was not marked before.</summary>
    public bool Set(in RunHit hit)
    {
        var bit = 1UL << (int)(hit.Ordinal & 63);
        if ((Interlocked.Or(ref _bits[hit.Ordinal >> 6], bit) & bit) != 0) return false;
        Interlocked.Add(ref _liveBytes[hit.PackOrdinal], PackFigures.LiveBytesOf(hit.Place.PayloadLength));
        return true;
    }

    public bool IsSet(in RunHit hit) => (Volatile.Read(ref _bits[hit.Ordinal >> 6]) >> (int)(hit.Ordinal & 63) & 1) != 0;

    public IEnumerable<PackFigures> Packs()
    {
        var packs = run.Packs.ToArray();
        for (var i = 0; i < packs.Length; i++) yield return new(packs[i].Number, packs[i].Length, Volatile.Read(ref _liveBytes[i]));
    }
}
