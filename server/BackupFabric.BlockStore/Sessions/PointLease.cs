using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Points;

namespace BackupFabric.BlockStore.Sessions;

/// <summary>A reader's hold on a point: whatever is deleted, purged or collected, its blocks stay readable until this is disposed.</summary>
public sealed class PointLease : IDisposable
{
    private readonly Action<PointLease> _end;

    internal PointLease(Manifest point, Action<PointLease> end) => (Point, Roots, _end) = (point, [.. point.Disks.Select(disk => disk.Root)], end);

    public Manifest Point { get; }

    internal HashSet<DiskMapRoot> Roots { get; }

    public void Dispose() => _end(this);
}
