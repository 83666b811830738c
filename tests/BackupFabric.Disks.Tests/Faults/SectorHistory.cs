using System.Runtime.InteropServices;

namespace BackupFabric.Disks.Tests.Faults;

/// <summary>What each sector of a disk may hold: what it held at the last flush, or anything written to it since. Those never written hold zeros.</summary>
internal sealed class SectorHistory
{
    private const int SectorSize = 512;

    private readonly SortedDictionary<long, List<int>> _versions = [];
    private int _last;

    /// <summary>The sectors of a write that may have been left half-done.</summary>
    private (long First, long Count) _underway;

    public SectorHistory Clone()
    {
        SectorHistory clone = new() { _last = _last, _underway = _underway };
        foreach ((long sector, List<int> versions) in _versions) clone._versions[sector] = [.. versions];
        return clone;
    }

    public async Task WriteAsync(IVirtualDisk disk, long first, int count)
    {
        int version = ++_last;
        byte[] data = new byte[count * SectorSize];
        MemoryMarshal.Cast<byte, int>(data.AsSpan()).Fill(version);
        for (long i = first; i < first + count; i++)
        {
            if (_versions.TryGetValue(i, out List<int>? versions)) versions.Add(version);
            else _versions[i] = [0, version];
        }

        _underway = (first, count);
        await disk.WriteAsync(first * SectorSize, data);
        _underway = default;
    }

    public void Flushed()
    {
        foreach (List<int> versions in _versions.Values) versions.RemoveRange(0, versions.Count - 1);
    }

    /// <summary>With nothing lost, each sector must be the newest, or the one before in a write that was underway.</summary>
    public async Task MustHoldAsync(IVirtualDisk disk, Loss loss)
    {
        int[] words = new int[SectorSize / sizeof(int)];
        await foreach ((long sector, ReadOnlyMemory<byte> data) in TouchedAsync(disk))
        {
            data.Span.CopyTo(MemoryMarshal.AsBytes(words.AsSpan()));
            Assert.True(words.AsSpan().IndexOfAnyExcept(words[0]) < 0, $"Sector {sector} is a mixture.");
            List<int> versions = _versions[sector];
            bool underway = sector >= _underway.First && sector < _underway.First + _underway.Count;
            IEnumerable<int> allowed = loss != Loss.Nothing ? versions : versions.TakeLast(underway ? 2 : 1);
            Assert.True(allowed.Contains(words[0]), $"Sector {sector} holds version {words[0]}; allowed are {string.Join(", ", allowed)}.");
        }

        await MustBeEmptyElsewhereAsync(disk);
    }

    /// <summary>After a crash the disk holds what it holds, and that is flushed.</summary>
    public async Task AdoptAsync(IVirtualDisk disk)
    {
        await foreach ((long sector, ReadOnlyMemory<byte> data) in TouchedAsync(disk))
        {
            _versions[sector].Clear();
            _versions[sector].Add(MemoryMarshal.Read<int>(data.Span));
        }

        _underway = default;
    }

    private async IAsyncEnumerable<(long Sector, ReadOnlyMemory<byte> Data)> TouchedAsync(IVirtualDisk disk)
    {
        Extents touched = Extents.Of(_versions.Keys.Select(s => new DiskRange(s * SectorSize, SectorSize)));
        foreach (DiskRange range in touched.Ranges)
        {
            byte[] data = new byte[range.Length];
            await disk.ReadAsync(range.Offset, data);
            for (int i = 0; i < data.Length; i += SectorSize) yield return ((range.Offset + i) / SectorSize, data.AsMemory(i, SectorSize));
        }
    }

    /// <summary>On small disks; large ones would only take long.</summary>
    private async Task MustBeEmptyElsewhereAsync(IVirtualDisk disk)
    {
        if (disk.Length > 2 << 20) return;
        byte[] all = await DiskTwin.ReadAllAsync(disk);
        Extents touched = Extents.Of(_versions.Keys.Select(s => new DiskRange(s * SectorSize, SectorSize)));
        foreach (DiskRange range in Extents.Of([new DiskRange(0, disk.Length)]).Except(touched).Ranges)
            Assert.False(all.AsSpan((int)range.Offset, (int)range.Length).ContainsAnyExcept((byte)0), $"{range} was never written and holds something.");
    }
}
