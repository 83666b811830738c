using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Trash;

namespace BackupFabric.BlockStore.Points;

/// <summary>The recovery points in memory: each either visible or in the trash, and never in both, whoever looks when.</summary>
internal sealed class PointSet
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Manifest> _points = [];
    private readonly Dictionary<Guid, TrashedPoint> _trash = [];
    private readonly Dictionary<string, RepositoryException> _damaged = new(StringComparer.Ordinal);
    private IReadOnlyList<Manifest>? _ordered;

    public int Count
    {
        get { lock (_gate) return _points.Count; }
    }

    public IReadOnlyList<RepositoryException> Damaged
    {
        get { lock (_gate) return [.. _damaged.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => file.Value)]; }
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<Manifest> All()
    {
        lock (_gate) return _ordered ??= [.. _points.Values.OrderBy(point => point.TakenAt).ThenBy(point => point.PointId)];
    }

    /// <summary>Deleted first, first.</summary>
    public IReadOnlyList<TrashedPoint> Trash()
    {
        lock (_gate) return [.. _trash.Values.OrderBy(trashed => trashed.DeletedAt).ThenBy(trashed => trashed.Point.PointId)];
    }

    public Manifest? Find(Guid pointId)
    {
        lock (_gate) return _points.GetValueOrDefault(pointId);
    }

    public TrashedPoint? FindTrashed(Guid pointId)
    {
        lock (_gate) return _trash.GetValueOrDefault(pointId);
    }

    /// <summary>
    /// The point that the same job has committed before, null when there is none. A deleted one is not brought back by a repeated commit: whoever deleted it meant it
    /// (<c>point-deleted</c>).
    /// </summary>
    public Manifest? FindSame(Manifest manifest)
    {
        lock (_gate)
        {
            if (_points.Values.FirstOrDefault(IsSame) is { } same) return same;
            if (_trash.Values.FirstOrDefault(trashed => IsSame(trashed.Point)) is { } deleted) throw RepositoryErrors.PointDeleted(deleted.Point.PointId);
            return _points.ContainsKey(manifest.PointId) || _trash.ContainsKey(manifest.PointId) ? throw RepositoryErrors.PointExists(manifest.PointId) : null;
        }

        bool IsSame(Manifest point) => point.JobId == manifest.JobId && point.VmId == manifest.VmId;
    }

    public void Add(Manifest manifest)
    {
        lock (_gate)
        {
            _points[manifest.PointId] = manifest;
            _trash.Remove(manifest.PointId);
            _ordered = null;
        }
    }

    public void AddTrashed(TrashedPoint trashed)
    {
        lock (_gate)
        {
            _points.Remove(trashed.Point.PointId);
            _trash[trashed.Point.PointId] = trashed;
            _ordered = null;
        }
    }

    public void RemoveTrashed(Guid pointId)
    {
        lock (_gate) _trash.Remove(pointId);
    }

    public void AddDamaged(string file, RepositoryException fault)
    {
        lock (_gate) _damaged[file] = fault;
    }

    /// <summary>A whole file was put in the place of a damaged one.</summary>
    public void RemoveDamaged(string file)
    {
        lock (_gate) _damaged.Remove(file);
    }

    /// <summary>Whether a visible or trashed point has a disk of that map.</summary>
    public bool Reaches(DiskMapRoot root)
    {
        lock (_gate) return _points.Values.Concat(_trash.Values.Select(trashed => trashed.Point)).Any(point => point.Disks.Any(disk => disk.Root == root));
    }

    /// <summary>The maps of all points, those in the trash included, at one moment.</summary>
    public List<DiskMapRoot> Roots(IReadOnlySet<Guid> without)
    {
        lock (_gate)
        {
            var points = _points.Values.Concat(_trash.Values.Select(trashed => trashed.Point).Where(point => !without.Contains(point.PointId)));
            return [.. points.SelectMany(point => point.Disks).Select(disk => disk.Root)];
        }
    }
}
