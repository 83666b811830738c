using BackupFabric.Blocks;
using BackupFabric.BlockStore.Encryption;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Points;

/// <summary>The committed recovery points. Putting a manifest here is the commit.</summary>
internal sealed class PointFolder(IVolume volume, Guid repository, IdKey key, RecordCipher? cipher) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Manifest> _points = [];
    private readonly List<RepositoryException> _damaged = [];
    private IReadOnlyList<Manifest>? _ordered;

    public int Count
    {
        get { lock (_gate) return _points.Count; }
    }

    public IReadOnlyList<RepositoryException> Damaged
    {
        get { lock (_gate) return [.. _damaged]; }
    }

    /// <summary>Reads all manifests. Temporary files are of commits that never were.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        var names = new List<string>();
        await foreach (var entry in volume.ListAsync(ManifestFile.Folder, cancellation)) names.Add(ManifestFile.Folder + "/" + entry.Name);
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            if (name.EndsWith(ManifestFile.TemporaryExtension, StringComparison.Ordinal)) await volume.DeleteAsync(name, cancellation);
            else if (name.EndsWith(ManifestFile.Extension, StringComparison.Ordinal)) await LoadAsync(name, cancellation);
        }

        // A point that a dying process had renamed is visible from here on, so its name must stay.
        await volume.SyncFolderAsync(ManifestFile.Folder, cancellation);
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<Manifest> All()
    {
        lock (_gate) return _ordered ??= [.. _points.Values.OrderBy(point => point.TakenAt).ThenBy(point => point.PointId)];
    }

    public Manifest? Find(Guid pointId)
    {
        lock (_gate) return _points.GetValueOrDefault(pointId);
    }

    /// <summary>
    /// Puts a manifest unless the same job has put it before. <paramref name="makeDurable"/> runs before anything becomes visible: what the manifest reaches must be
    /// on the disk first.
    /// </summary>
    public async Task<Manifest> PutAsync(Manifest manifest, Func<Task> makeDurable, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (FindSame(manifest) is { } same) return same;
            await makeDurable();
            var name = ManifestFile.NameOf(manifest.PointId);
            // From here on the caller's wish to stop comes too late: a half-made commit would leave it open whether the point exists.
            await volume.ReplaceAsync(name + ManifestFile.TemporaryExtension, name, ManifestFile.Encode(manifest, repository, key, cipher), CancellationToken.None);
            await volume.SyncFolderAsync(ManifestFile.Folder, CancellationToken.None);
            Add(manifest);
            return manifest;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Writes the manifest of a committed point once more, because its file was damaged or lost.</summary>
    public async Task PutBackAsync(Manifest manifest, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            var name = ManifestFile.NameOf(manifest.PointId);
            await volume.ReplaceAsync(name + ManifestFile.TemporaryExtension, name, ManifestFile.Encode(manifest, repository, key, cipher), CancellationToken.None);
            await volume.SyncFolderAsync(ManifestFile.Folder, CancellationToken.None);
            Add(manifest);
            lock (_gate) _damaged.RemoveAll(fault => fault.Message.Contains($"'{name}'", StringComparison.Ordinal));
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private Manifest? FindSame(Manifest manifest)
    {
        lock (_gate)
        {
            if (_points.Values.FirstOrDefault(point => point.JobId == manifest.JobId && point.VmId == manifest.VmId) is { } same) return same;
            return _points.ContainsKey(manifest.PointId) ? throw RepositoryErrors.PointExists(manifest.PointId) : null;
        }
    }

    private async Task LoadAsync(string name, CancellationToken cancellation)
    {
        try
        {
            var bytes = await volume.TryReadAllAsync(name, cancellation);
            if (bytes is not null) Add(ManifestFile.Decode(name, bytes, repository, key, cipher));
        }
        catch (IOException fault)
        {
            // A manifest that cannot be read hurts one point, not the repository.
            var named = fault as RepositoryException ?? RepositoryErrors.PointDamaged(name, "the volume cannot read it", fault);
            lock (_gate) _damaged.Add(named);
        }
    }

    private void Add(Manifest manifest)
    {
        lock (_gate)
        {
            _points[manifest.PointId] = manifest;
            _ordered = null;
        }
    }
}
