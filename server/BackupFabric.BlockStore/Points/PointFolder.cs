using BackupFabric.Blocks;
using BackupFabric.BlockStore.Encryption;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Points;

/// <summary>The files of the committed recovery points. Putting a manifest here is the commit.</summary>
internal sealed class PointFolder(IVolume volume, Guid repository, IdKey key, RecordCipher? cipher, PointSet points) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

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

    /// <summary>
    /// Puts a manifest unless the same job has put it before. <paramref name="makeDurable"/> runs before anything becomes visible: what the manifest reaches must be
    /// on the disk first.
    /// </summary>
    public Task<Manifest> PutAsync(Manifest manifest, Func<Task> makeDurable, CancellationToken cancellation) => InTurnAsync(
        async () =>
        {
            if (points.FindSame(manifest) is { } same) return same;
            await makeDurable();
            return await WriteAsync(manifest);
        },
        cancellation);

    /// <summary>What puts, moves or removes manifests comes one after the other.</summary>
    public async Task<T> InTurnAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            return await work();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Writes the manifest of a committed point once more, because its file was damaged or lost.</summary>
    public Task PutBackAsync(Manifest manifest, CancellationToken cancellation) => InTurnAsync(() => WriteAsync(manifest), cancellation);

    public void Dispose() => _turn.Dispose();

    /// <summary>Here the caller's wish to stop comes too late: a half-made commit would leave it open whether the point exists.</summary>
    private async Task<Manifest> WriteAsync(Manifest manifest)
    {
        var name = ManifestFile.NameOf(manifest.PointId);
        await volume.ReplaceAsync(name + ManifestFile.TemporaryExtension, name, ManifestFile.Encode(manifest, repository, key, cipher), CancellationToken.None);
        await volume.SyncFolderAsync(ManifestFile.Folder, CancellationToken.None);
        points.Add(manifest);
        points.RemoveDamaged(name);
        return manifest;
    }

    private async Task LoadAsync(string name, CancellationToken cancellation)
    {
        try
        {
            var bytes = await volume.TryReadAllAsync(name, cancellation);
            if (bytes is not null) points.Add(ManifestFile.Decode(name, bytes, repository, key, cipher));
        }
        catch (IOException fault)
        {
            // A manifest that cannot be read hurts one point, not the repository.
            points.AddDamaged(name, fault as RepositoryException ?? RepositoryErrors.PointDamaged(name, "the volume cannot read it", fault));
        }
    }
}
