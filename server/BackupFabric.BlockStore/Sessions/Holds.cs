using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Index;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Points;

namespace BackupFabric.BlockStore.Sessions;

/// <summary>
/// Who relies on what, while a collection may run. The one rule: a session that was told "stored" holds the pack from that moment on, and a pack is condemned only
/// while nobody holds it; both happen under one gate. What a session held when it ended is held until the end of the collection that ran beside it, since its
/// point may have been committed after the collection had read the points.
/// </summary>
internal sealed class Holds(BlockIndex data, BlockIndex maps, PointSet points)
{
    private readonly Lock _gate = new();
    private readonly HashSet<SessionHold> _sessions = [];
    private readonly HashSet<PointLease> _leases = [];
    private bool _collecting;

    public SessionHold Begin()
    {
        var hold = new SessionHold();
        lock (_gate) _sessions.Add(hold);
        return hold;
    }

    public void End(SessionHold hold)
    {
        lock (_gate)
        {
            hold.IsEnded = true;
            if (!_collecting) _sessions.Remove(hold);
        }
    }

    /// <summary>Finds a record and holds its pack; false when it is not stored, or not any more. Once a session holds a pack, this costs no lock.</summary>
    public bool TryFind(SessionHold hold, PackKind kind, in BlockId id, out BlockPlace place)
    {
        var index = IndexOf(kind);
        if (!index.TryFind(id, out place)) return false;
        if (hold.Has(kind, place.Pack)) return true;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(hold.IsEnded, typeof(StoreSession));
            if (!index.TryFind(id, out place)) return false;
            hold.Add(kind, place.Pack);
            return true;
        }
    }

    /// <summary>Holds a whole map for a session, if it is certain that the map is whole: a point or somebody else's hold reaches it, or the session has built it.</summary>
    public bool TryHold(SessionHold hold, DiskMapRoot root)
    {
        if (root.Id.IsZero) return true;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(hold.IsEnded, typeof(StoreSession));
            if (hold.Roots.Contains(root) || hold.Built.Contains(root.Id)) return true;
            if (!points.Reaches(root) && !_leases.Any(lease => lease.Roots.Contains(root)) && !_sessions.Any(other => other.Roots.Contains(root))) return false;
            return hold.Roots.Add(root);
        }
    }

    public void NoteBuilt(SessionHold hold, DiskMapRoot root)
    {
        lock (_gate) hold.Built.Add(root.Id);
    }

    /// <summary>Fails with <c>point-missing</c>. A point in the trash can be held too.</summary>
    public PointLease Lease(Guid pointId) => TryLease(pointId) ?? throw RepositoryErrors.PointMissing(pointId);

    /// <summary>Null when there is no such point, or not any more.</summary>
    public PointLease? TryLease(Guid pointId)
    {
        lock (_gate)
        {
            if ((points.Find(pointId) ?? points.FindTrashed(pointId)?.Point) is not { } point) return null;
            var lease = new PointLease(point, End);
            _leases.Add(lease);
            return lease;
        }
    }

    /// <summary>From now on, what sessions hold is held to the end of the collection.</summary>
    public void BeginCollection()
    {
        lock (_gate) _collecting = true;
    }

    public void EndCollection()
    {
        lock (_gate)
        {
            _collecting = false;
            _sessions.RemoveWhere(hold => hold.IsEnded);
        }
    }

    /// <summary>Every map that must stay readable: of points, of the trash, of readers, and those that running sessions build on.</summary>
    public IReadOnlyCollection<DiskMapRoot> Roots(IReadOnlySet<Guid> withoutTrashed)
    {
        lock (_gate)
        {
            var roots = new HashSet<DiskMapRoot>(points.Roots(withoutTrashed));
            foreach (var lease in _leases) roots.UnionWith(lease.Roots);
            foreach (var session in _sessions) roots.UnionWith(session.Roots);
            roots.RemoveWhere(root => root.Id.IsZero);
            return roots;
        }
    }

    public HashSet<PackNumber> Packs(PackKind kind)
    {
        lock (_gate) return [.. _sessions.SelectMany(session => session.Packs(kind))];
    }

    /// <summary>From now on nothing is found in these packs, but for those that somebody holds: they are left as they are. Returns the condemned ones.</summary>
    public HashSet<PackNumber> Condemn(PackKind kind, IEnumerable<PackNumber> packs)
    {
        lock (_gate)
        {
            HashSet<PackNumber> condemned = [.. packs];
            condemned.ExceptWith(_sessions.SelectMany(session => session.Packs(kind)));
            IndexOf(kind).Condemn(condemned);
            return condemned;
        }
    }

    private void End(PointLease lease)
    {
        lock (_gate) _leases.Remove(lease);
    }

    private BlockIndex IndexOf(PackKind kind) => kind == PackKind.Data ? data : maps;
}
