using System.Collections.Concurrent;
using System.Numerics;
using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhdx;

/// <summary>
/// [MS-VHDX] 2.4: which sectors of partly present blocks are in this file; one bit a sector, least significant first. Pages are read when
/// needed and dropped when many; what the writer changed stays until it is in its place in the file.
/// </summary>
internal sealed class SectorBitmaps(IImageFile file, DiskParameters parameters)
{
    private const int BitsPerPage = VhdxLayout.PageSize * 8;

    /// <summary>16 MiB of pages, which speak for 64 GiB of disk.</summary>
    private const int PagesMax = 4096;

    private readonly ConcurrentDictionary<long, byte[]> _pages = new();
    private readonly HashSet<long> _pinned = [];
    private readonly Lock _gate = new();

    /// <summary>How many sectors from <paramref name="sector"/> on, at most <paramref name="limit"/>, are alike, within one page.</summary>
    public int RunAt(long bitmapOffset, long block, int sector, int limit, out bool present)
    {
        long bit = FirstBit(block) + sector;
        ReadOnlySpan<byte> page = Page(PageOffset(bitmapOffset, bit));
        int first = (int)(bit % BitsPerPage);
        int end = Math.Min(BitsPerPage, first + limit);
        present = IsSet(page, first);
        return NextOther(page, first, end, present) - first;
    }

    /// <summary>Changes bits and hands each touched page to <paramref name="touched"/>; they stay in memory until <see cref="Unpin"/>.</summary>
    public void Set(long bitmapOffset, long block, int sector, int count, bool value, Dictionary<long, byte[]> touched)
    {
        long bit = FirstBit(block) + sector;
        while (count > 0)
        {
            long offset = PageOffset(bitmapOffset, bit);
            byte[] page = Pin(offset);
            int first = (int)(bit % BitsPerPage);
            int here = Math.Min(count, BitsPerPage - first);
            Fill(page, first, first + here, value);
            touched[offset] = page;
            bit += here;
            count -= here;
        }
    }

    /// <summary>The pages lie in the file now as they are in memory.</summary>
    public void Unpin(IEnumerable<long> offsets)
    {
        lock (_gate)
        {
            foreach (long offset in offsets) _pinned.Remove(offset);
        }
    }

    private long FirstBit(long block) => block % parameters.ChunkRatio * parameters.SectorsPerBlock;

    private static long PageOffset(long bitmapOffset, long bit) => bitmapOffset + (bit / BitsPerPage * VhdxLayout.PageSize);

    private byte[] Page(long offset)
    {
        if (_pages.TryGetValue(offset, out byte[]? page)) return page;
        lock (_gate) return Load(offset);
    }

    private byte[] Pin(long offset)
    {
        lock (_gate)
        {
            byte[] page = Load(offset);
            _pinned.Add(offset);
            return page;
        }
    }

    /// <summary>Under the gate, so that an old page read from the file never replaces one that was changed meanwhile.</summary>
    private byte[] Load(long offset)
    {
        if (_pages.TryGetValue(offset, out byte[]? page)) return page;
        if (_pages.Count >= PagesMax)
        {
            foreach (long other in _pages.Keys)
            {
                if (!_pinned.Contains(other)) _pages.TryRemove(other, out _);
            }
        }

        page = new byte[VhdxLayout.PageSize];
        file.Read(offset, page);
        _pages[offset] = page;
        return page;
    }

    private static bool IsSet(ReadOnlySpan<byte> page, int bit) => (page[bit >> 3] >> (bit & 7) & 1) != 0;

    private static int NextOther(ReadOnlySpan<byte> page, int first, int end, bool value)
    {
        byte same = value ? byte.MaxValue : (byte)0;
        int bit = first;
        while (bit < end)
        {
            if ((bit & 7) == 0)
            {
                int bytes = page[(bit >> 3)..((end + 7) >> 3)].IndexOfAnyExcept(same);
                if (bytes < 0) return end;
                bit += bytes * 8;
            }

            int other = page[bit >> 3] ^ same;
            other &= byte.MaxValue << (bit & 7);
            if (other != 0) return Math.Min(end, (bit & ~7) + BitOperations.TrailingZeroCount(other));
            bit = (bit | 7) + 1;
        }

        return end;
    }

    private static void Fill(Span<byte> page, int first, int end, bool value)
    {
        while (first < end)
        {
            if ((first & 7) == 0 && end - first >= 8)
            {
                int bytes = (end - first) >> 3;
                page.Slice(first >> 3, bytes).Fill(value ? byte.MaxValue : (byte)0);
                first += bytes * 8;
                continue;
            }

            byte mask = (byte)(1 << (first & 7));
            if (value) page[first >> 3] |= mask;
            else page[first >> 3] &= (byte)~mask;
            first++;
        }
    }
}
