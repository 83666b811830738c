using System.Buffers.Binary;
using System.Runtime.InteropServices;
using BackupFabric.Blocks;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Index;

/// <summary>
/// One immutable sorted run. In memory lie only the first keys of its pages (8 bytes for 85 entries); a look-up interpolates among them, for ids are uniform,
/// and reads one page, whose checksum is proved every time.
/// </summary>
internal sealed class IndexRun : IAsyncDisposable
{
    private const int PagesPerRead = 64;

    private readonly IVolumeFile _file;
    private readonly ulong[] _fences;
    private readonly IndexedPack[] _packs;
    private readonly Guid _repository;
    private readonly PackKind _kind;
    private readonly bool[] _condemned;
    private int _damaged;

    private IndexRun(IVolumeFile file, Guid repository, PackKind kind, ulong[] fences, IndexedPack[] packs, long count) =>
        (_file, _repository, _kind, _fences, _packs, _condemned, Count) = (file, repository, kind, fences, packs, new bool[packs.Length], count);

    public string FileName => _file.Name;

    public long Count { get; }

    public ReadOnlyMemory<IndexedPack> Packs => _packs;

    /// <summary>A page was found damaged: what the run says it lacks may be there after all.</summary>
    public bool IsDamaged => Volatile.Read(ref _damaged) != 0;

    public int PageCount => _fences.Length;

    public bool Covers(PackNumber pack) => OrdinalOf(pack) >= 0;

    /// <summary>Place of a pack among <see cref="Packs"/>; negative when the run does not cover it.</summary>
    public int OrdinalOf(PackNumber pack) => Array.BinarySearch(_packs, new IndexedPack(pack, 0), ByNumber.Instance);

    /// <summary>From now on nothing is found in that pack: it is about to be deleted.</summary>
    public void Condemn(PackNumber pack)
    {
        if (OrdinalOf(pack) is >= 0 and var ordinal) Volatile.Write(ref _condemned[ordinal], true);
    }

    public bool IsCondemned(int packOrdinal) => Volatile.Read(ref _condemned[packOrdinal]);

    public bool HasCondemned => _condemned.Contains(true);

    /// <summary>The packs that are not condemned.</summary>
    public IEnumerable<IndexedPack> StandingPacks => _packs.Where((_, ordinal) => !IsCondemned(ordinal));

    /// <summary>Reads the tail; null when the file is not a whole run of this repository.</summary>
    public static async Task<IndexRun?> TryOpenAsync(IVolumeFile file, Guid repository, PackKind kind, CancellationToken cancellation)
    {
        if (file.Length < IndexRunFormat.FooterSize) return null;
        var footer = new byte[IndexRunFormat.FooterSize];
        await file.ReadAsync(file.Length - footer.Length, footer, cancellation);
        if (!footer.AsSpan(0, 8).SequenceEqual(IndexRunFormat.Magic) || BinaryPrimitives.ReadUInt32LittleEndian(footer.AsSpan(60)) != Crc32C.Of(footer.AsSpan(0, 60))) return null;
        if (BinaryPrimitives.ReadUInt16LittleEndian(footer.AsSpan(10)) > IndexRunFormat.Version) return null;
        if (footer[12] != (byte)kind || new Guid(footer.AsSpan(16, 16), bigEndian: true) != repository) return null;
        long pages = BinaryPrimitives.ReadInt32LittleEndian(footer.AsSpan(40)), packCount = BinaryPrimitives.ReadInt32LittleEndian(footer.AsSpan(44));
        var middle = pages * IndexRunFormat.FenceSize + packCount * IndexRunFormat.PackSize;
        if (pages < 0 || packCount < 0 || pages * IndexRunFormat.PageSize + middle + footer.Length != file.Length) return null;

        var bytes = new byte[middle];
        await file.ReadAsync(pages * IndexRunFormat.PageSize, bytes, cancellation);
        if (Crc32C.Of(bytes) != BinaryPrimitives.ReadUInt32LittleEndian(footer.AsSpan(48))) return null;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        var packs = new IndexedPack[packCount];
        for (var i = 0; i < packCount; i++) packs[i] = new(new(words[(int)pages + 2 * i]), (long)words[(int)pages + 2 * i + 1]);
        return new(file, repository, kind, words[..(int)pages].ToArray(), packs, BinaryPrimitives.ReadInt64LittleEndian(footer.AsSpan(32)));
    }

    public bool TryFind(in BlockId id, out BlockPlace place)
    {
        place = default;
        if (_fences.Length == 0) return false;
        var key = IndexRunFormat.KeyOf(id);
        // Ids with equal first bytes may begin in pages before: never by chance, but a run must not depend on that.
        for (var page = PageOf(key); page >= 0; page--)
        {
            if (TryFindIn(page, id, out place)) return true;
            if (_fences[page] != key) return false;
        }

        return false;
    }

    /// <summary>The first key of a page.</summary>
    public ulong FenceOf(int page) => _fences[page];

    /// <summary>Reads a page for somebody who looks up many ids in order; the entries in it. A damaged page is an <c>index-damaged</c> error.</summary>
    public int ReadPage(int page, Span<byte> bytes)
    {
        var count = _file.Read((long)page * IndexRunFormat.PageSize, bytes) == bytes.Length ? IndexRunFormat.CountOf(bytes) : -1;
        return count >= 0 ? count : throw Damaged(page);
    }

    public PackEntry ReadEntry(ReadOnlySpan<byte> entry) => IndexRunFormat.ReadEntry(entry, _packs);

    /// <summary>All entries in order, but for those in condemned packs. A damaged page is an <c>index-damaged</c> error.</summary>
    public IEnumerable<PackEntry> Entries()
    {
        var buffer = new byte[PagesPerRead * IndexRunFormat.PageSize];
        for (long page = 0; page < _fences.Length; page += PagesPerRead)
        {
            var pages = (int)Math.Min(PagesPerRead, _fences.Length - page);
            _file.Read(page * IndexRunFormat.PageSize, buffer.AsSpan(0, pages * IndexRunFormat.PageSize));
            for (var i = 0; i < pages; i++)
            {
                var start = i * IndexRunFormat.PageSize;
                var count = IndexRunFormat.CountOf(buffer.AsSpan(start, IndexRunFormat.PageSize));
                if (count < 0) throw Damaged(page + i);
                for (var entry = 0; entry < count; entry++)
                {
                    var at = start + entry * IndexRunFormat.EntrySize;
                    if (!IsCondemned(IndexRunFormat.PackOrdinalOf(buffer.AsSpan(at)))) yield return IndexRunFormat.ReadEntry(buffer.AsSpan(at), _packs);
                }
            }
        }
    }

    /// <summary>Reads all of it again: every page against its checksum, its order and its fence, and the tail against what is in memory. Null when it is whole.</summary>
    public async Task<string?> CheckAsync(CancellationToken cancellation)
    {
        try
        {
            // Entries of condemned packs are passed over, so they cannot be counted; the run is about to be replaced.
            if (HasCondemned) return null;
            var fault = await TailFaultAsync(cancellation) ?? await Task.Run(() => PagesFault(cancellation), cancellation);
            if (fault is not null) MarkDamaged();
            return fault;
        }
        catch (ObjectDisposedException)
        {
            // A merge has put another run in its place meanwhile.
            return null;
        }
        catch (IOException unreadable)
        {
            MarkDamaged();
            return unreadable is RepositoryException ? "a page does not match its checksum" : $"the volume cannot read it ({unreadable.Message.TrimEnd('.')})";
        }
    }

    /// <summary>Makes the next repair take this run out and read its packs' tables.</summary>
    public void MarkDamaged() => Volatile.Write(ref _damaged, 1);

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private async Task<string?> TailFaultAsync(CancellationToken cancellation)
    {
        var length = _fences.Length * IndexRunFormat.FenceSize + _packs.Length * IndexRunFormat.PackSize + IndexRunFormat.FooterSize;
        var tail = new byte[length];
        var at = (long)_fences.Length * IndexRunFormat.PageSize;
        if (_file.Length != at + length || await _file.ReadAsync(at, tail, cancellation) != length) return "its length is not what it was";
        return tail.AsSpan().SequenceEqual(IndexRunFormat.EncodeTail(_repository, _kind, Count, _fences, _packs)) ? null : "its fences, packs or footer are not what they were";
    }

    private string? PagesFault(CancellationToken cancellation)
    {
        long count = 0;
        var last = BlockId.Zero;
        foreach (var entry in Entries())
        {
            if (count % IndexRunFormat.EntriesPerPage == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                if (IndexRunFormat.KeyOf(entry.Id) != _fences[count / IndexRunFormat.EntriesPerPage]) return "a page is not where its fence says";
            }

            if (count++ > 0 && entry.Id.CompareTo(last) <= 0) return "its entries are not in order";
            last = entry.Id;
        }

        return count == Count ? null : $"it has {count} entries instead of {Count}";
    }

    private RepositoryException Damaged(long page)
    {
        MarkDamaged();
        return RepositoryErrors.IndexDamaged(FileName, $"page {page} does not match its checksum");
    }

    /// <summary>The last page whose first key is not greater; -1 when there is none.</summary>
    public int PageOf(ulong key)
    {
        if (_fences.Length == 0 || key < _fences[0]) return -1;
        int low = 0, high = _fences.Length;
        for (var probes = 0; high - low > 1; probes++)
        {
            // Uniform ids: interpolation lands within a few pages. A few probes, then halving, in case they are not.
            var middle = probes < 4 && high < _fences.Length && _fences[high] > _fences[low]
                ? low + (int)((UInt128)(key - _fences[low]) * (uint)(high - low) / (_fences[high] - _fences[low]))
                : probes == 0 ? (int)((UInt128)key * (uint)_fences.Length >> 64) : low + (high - low) / 2;
            middle = Math.Clamp(middle, low + 1, high - 1);
            if (_fences[middle] <= key) low = middle;
            else high = middle;
        }

        return low;
    }

    private bool TryFindIn(int page, in BlockId id, out BlockPlace place)
    {
        Span<byte> bytes = stackalloc byte[IndexRunFormat.PageSize];
        place = default;
        var count = _file.Read((long)page * IndexRunFormat.PageSize, bytes) == bytes.Length ? IndexRunFormat.CountOf(bytes) : -1;
        if (count < 0)
        {
            Volatile.Write(ref _damaged, 1);
            return false;
        }

        var found = IndexRunFormat.Search(bytes, count, id);
        if (found < 0) return false;
        var entry = bytes[(found * IndexRunFormat.EntrySize)..];
        if (IsCondemned(IndexRunFormat.PackOrdinalOf(entry))) return false;
        place = ReadEntry(entry).Place;
        return true;
    }

    private sealed class ByNumber : IComparer<IndexedPack>
    {
        public static readonly ByNumber Instance = new();

        public int Compare(IndexedPack x, IndexedPack y) => x.Number.CompareTo(y.Number);
    }
}
