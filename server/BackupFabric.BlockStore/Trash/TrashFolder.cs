using BackupFabric.Blocks;
using BackupFabric.BlockStore.Encryption;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Trash;

/// <summary>
/// Deleting, undeleting and purging. A manifest is first whole and durable at its new place, and only then removed from the old one: a crash leaves it in at least one
/// place, and when it is in both, the visible one counts (neither operation had ended).
/// </summary>
internal sealed class TrashFolder(IVolume volume, Guid repository, IdKey pointKey, IdKey trashKey, RecordCipher? cipher, PointFolder folder, PointSet points, TimeProvider time)
{
    /// <summary>After the points were loaded.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        foreach (var name in await NamesAsync("", cancellation))
        {
            if (name.EndsWith(TrashName.TemporaryExtension, StringComparison.Ordinal)) await volume.DeleteAsync(name, cancellation);
            else if (TrashName.TryParse(name[(TrashName.Folder.Length + 1)..], trashKey, out var pointId, out var deletedAt)) await LoadAsync(name, pointId, deletedAt, cancellation);
        }

        // What is shown as deleted, or was removed here, must stay so.
        await volume.SyncFolderAsync(TrashName.Folder, cancellation);
    }

    /// <summary>Fails with <c>point-missing</c>.</summary>
    public Task<TrashedPoint> DeleteAsync(Guid pointId, Func<Task> confirmOwnership, CancellationToken cancellation) => folder.InTurnAsync(
        async () =>
        {
            var point = points.Find(pointId) ?? throw RepositoryErrors.PointMissing(pointId);
            await confirmOwnership();
            var from = ManifestFile.NameOf(pointId);
            var trashed = new TrashedPoint(point, DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()));
            await MoveAsync(point, from, TrashName.Of(pointId, trashed.DeletedAt, trashKey), TrashName.Folder);
            await volume.DeleteAsync(from, CancellationToken.None);
            await volume.SyncFolderAsync(ManifestFile.Folder, CancellationToken.None);
            points.AddTrashed(trashed);
            return trashed;
        },
        cancellation);

    /// <summary>Fails with <c>point-not-in-trash</c>.</summary>
    public Task<Manifest> UndeleteAsync(Guid pointId, Func<Task> confirmOwnership, CancellationToken cancellation) => folder.InTurnAsync(
        async () =>
        {
            var trashed = points.FindTrashed(pointId) ?? throw RepositoryErrors.PointNotInTrash(pointId);
            await confirmOwnership();
            var names = await NamesAsync(TrashName.PrefixOf(pointId), CancellationToken.None);
            await MoveAsync(trashed.Point, names.Count > 0 ? names[^1] : null, ManifestFile.NameOf(pointId), ManifestFile.Folder);
            await RemoveAsync(names);
            points.Add(trashed.Point);
            points.RemoveDamaged(ManifestFile.NameOf(pointId));
            return trashed.Point;
        },
        cancellation);

    /// <summary>The points that have been in the trash at least that long.</summary>
    public IReadOnlyList<TrashedPoint> OlderThan(TimeSpan? age) =>
        age is null ? [] : [.. points.Trash().Where(trashed => trashed.IsOlderThan(age.Value, time.GetUtcNow()))];

    /// <summary>Removes points for good; those that were undeleted meanwhile stay. When it returns, no crash brings them back. Returns how many are gone.</summary>
    public Task<int> PurgeAsync(IReadOnlyList<TrashedPoint> ripe, Func<Task> confirmOwnership, CancellationToken cancellation) => folder.InTurnAsync(
        async () =>
        {
            var doomed = ripe.Where(trashed => points.FindTrashed(trashed.Point.PointId) == trashed).ToArray();
            if (doomed.Length == 0) return 0;
            await confirmOwnership();
            var names = new List<string>();
            foreach (var trashed in doomed) names.AddRange(await NamesAsync(TrashName.PrefixOf(trashed.Point.PointId), CancellationToken.None));
            await RemoveAsync(names);
            foreach (var trashed in doomed) points.RemoveTrashed(trashed.Point.PointId);
            return doomed.Length;
        },
        cancellation);

    private async Task LoadAsync(string name, Guid pointId, DateTimeOffset deletedAt, CancellationToken cancellation)
    {
        if (points.Find(pointId) is not null)
        {
            await volume.DeleteAsync(name, cancellation);
            return;
        }

        try
        {
            var bytes = await volume.TryReadAllAsync(name, cancellation);
            if (bytes is null) return;
            var point = ManifestFile.Decode(ManifestFile.NameOf(pointId), bytes, repository, pointKey, cipher);
            if (points.FindTrashed(pointId) is not { } other || IsLater(deletedAt, other.DeletedAt)) points.AddTrashed(new(point, deletedAt));
        }
        catch (IOException fault)
        {
            points.AddDamaged(name, RepositoryErrors.PointDamaged(name, fault is RepositoryException ? "its checksum or signature does not match" : "the volume cannot read it", fault));
        }
    }

    /// <summary>A point deleted twice with a crash in between may have two names; the later known time counts.</summary>
    private static bool IsLater(DateTimeOffset one, DateTimeOffset other) => one != TrashedPoint.UnknownTime && (other == TrashedPoint.UnknownTime || one > other);

    /// <summary>
    /// Afterwards the manifest is durable under its new name; the old one is removed by the caller. A full volume, from which points must still be deleted, gets a plain
    /// renaming: file systems with a journal do that in one step.
    /// </summary>
    private async Task MoveAsync(Manifest point, string? from, string to, string toFolder)
    {
        var bytes = await BytesOfAsync(point, from);
        try
        {
            await volume.ReplaceAsync(to + TrashName.TemporaryExtension, to, bytes, CancellationToken.None);
        }
        catch (VolumeFullException) when (from is not null)
        {
            await volume.DeleteAsync(to + TrashName.TemporaryExtension, CancellationToken.None);
            await volume.RenameAsync(from, to, CancellationToken.None);
        }

        await volume.SyncFolderAsync(toFolder, CancellationToken.None);
    }

    /// <summary>The file's bytes as they are, for a later version may have written more than this one reads; made anew when they have rotted since they were read.</summary>
    private async Task<byte[]> BytesOfAsync(Manifest point, string? file)
    {
        try
        {
            if (file is not null && await volume.TryReadAllAsync(file, CancellationToken.None) is { } bytes)
            {
                ManifestFile.Decode(ManifestFile.NameOf(point.PointId), bytes, repository, pointKey, cipher);
                return bytes;
            }
        }
        catch (RepositoryException rotten) when (rotten.Code == "point-damaged")
        {
            // What was read when the repository was opened, or committed since, is written again.
        }

        return ManifestFile.Encode(point, repository, pointKey, cipher);
    }

    private async Task<List<string>> NamesAsync(string prefix, CancellationToken cancellation)
    {
        var names = new List<string>();
        await foreach (var entry in volume.ListAsync(TrashName.Folder, cancellation))
        {
            if (entry.Name.StartsWith(prefix, StringComparison.Ordinal)) names.Add(TrashName.Folder + "/" + entry.Name);
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    private async Task RemoveAsync(IEnumerable<string> names)
    {
        var gone = names.ToArray();
        foreach (var name in gone) await volume.DeleteAsync(name, CancellationToken.None);
        await volume.SyncFolderAsync(TrashName.Folder, CancellationToken.None);
        foreach (var name in gone) points.RemoveDamaged(name);
    }
}
