using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Guests;

/// <summary>Chooses what a guest writes next: sizes, places and contents as a busy server's, from a seed.</summary>
internal sealed class WriteChooser(ulong seed, IReadOnlyList<long> diskLengths, Extents kept)
{
    private const long Sector = 512;
    private const long Cluster = 4096;

    private SplitMix _random = new(seed);

    /// <param name="limit">No write is longer, whole sectors.</param>
    public WriteRecord Next(long limit)
    {
        while (true)
        {
            int disk = diskLengths.Count == 1 ? 0 : (int)_random.Below(diskLengths.Count);
            long length = Math.Min(Math.Max(Sector, limit / Sector * Sector), Length());
            long unit = length < Cluster ? Sector : Cluster;
            if (diskLengths[disk] < length)
                continue;
            long offset = _random.Below(((diskLengths[disk] - length) / unit) + 1) * unit;
            WriteRecord record = new(disk, Kind(), offset, length, _random.Next());
            if (disk != 0 || kept.Clip(offset, length).Ranges.Count == 0)
                return record;
        }
    }

    private long Length() => _random.Below(100) switch
    {
        < 5 => Sector * (1 + _random.Below(7)),
        < 50 => Cluster * (1 + _random.Below(16)),
        _ => Cluster * (16 + _random.Below(241)),
    };

    private WriteKind Kind() => _random.Below(100) switch
    {
        < 45 => WriteKind.Random,
        < 90 => WriteKind.Text,
        _ => WriteKind.Zero,
    };
}
