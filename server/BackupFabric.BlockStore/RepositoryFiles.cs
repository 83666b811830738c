using BackupFabric.BlockStore.Identity;
using BackupFabric.BlockStore.Index;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Trash;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore;

/// <summary>The repository file, its copy, and what else may lie in a repository's root.</summary>
internal sealed class RepositoryFiles(IVolume volume)
{
    public const string FileName = "repository";

    /// <summary>The same bytes once more: without the key in them, nothing in the repository can be proved.</summary>
    public const string CopyName = "repository.copy";

    private const string NewName = "repository.new";

    /// <summary>What file systems put into the root of a fresh volume.</summary>
    private static readonly HashSet<string> Foreign = ["lost+found/", "System Volume Information/", "$RECYCLE.BIN/"];

    /// <summary>What a creation may have left that was interrupted before the repository file was there.</summary>
    private static readonly HashSet<string> Unfinished = [Ownership.LockName, Ownership.OwnerName, Ownership.NewOwnerName, CopyName, NewName];

    public static IReadOnlyList<string> Folders { get; } =
        [PackNumber.FolderOf(PackKind.Data), PackNumber.FolderOf(PackKind.Map), IndexRuns.Folder, ManifestFile.Folder, TrashName.Folder];

    /// <summary>Fails with <c>repository-exists</c> or <c>repository-folder-not-empty</c>.</summary>
    public async Task RefuseUnlessEmptyAsync(CancellationToken cancellation)
    {
        await foreach (var entry in volume.ListAsync("", cancellation))
        {
            if (entry.Name == FileName) throw RepositoryErrors.Exists(volume.Name);
            if (Foreign.Contains(entry.Name) || Unfinished.Contains(entry.Name)) continue;
            if (!Folders.Contains(entry.Name.TrimEnd('/')) || await AnyInAsync(entry.Name.TrimEnd('/'), cancellation)) throw RepositoryErrors.FolderNotEmpty(volume.Name, entry.Name);
        }
    }

    /// <summary>The copy first: once the repository file has its name, both are whole.</summary>
    public async Task WriteAsync(RepositoryIdentity identity, CancellationToken cancellation)
    {
        var bytes = identity.Encode();
        await volume.ReplaceAsync(NewName, CopyName, bytes, cancellation);
        await volume.SyncFolderAsync("", cancellation);
        await volume.ReplaceAsync(NewName, FileName, bytes, cancellation);
        await volume.SyncFolderAsync("", cancellation);
    }

    /// <summary>What the repository is, and what was wrong with one of the two files. Fails with <c>repository-missing</c>, <c>-damaged</c>, <c>-too-new</c>.</summary>
    public async Task<(RepositoryIdentity Identity, IReadOnlyList<RepositoryException> Findings)> ReadAsync(CancellationToken cancellation)
    {
        var missing = new List<RepositoryException>();
        var damaged = new List<RepositoryException>();
        RepositoryIdentity? identity = null;
        foreach (var name in new[] { FileName, CopyName })
        {
            try
            {
                if (await volume.TryReadAllAsync(name, cancellation) is not { } bytes) missing.Add(RepositoryErrors.Damaged(name, "it is missing"));
                else if (RepositoryIdentity.Decode(name, bytes) is var decoded) identity ??= decoded;
            }
            catch (RepositoryException fault) when (fault.Code == "repository-damaged")
            {
                damaged.Add(fault);
            }
        }

        if (identity is not null) return (identity, [.. missing, .. damaged]);
        throw damaged.FirstOrDefault() ?? RepositoryErrors.Missing(volume.Name);
    }

    private async Task<bool> AnyInAsync(string folder, CancellationToken cancellation)
    {
        await foreach (var _ in volume.ListAsync(folder, cancellation)) return true;
        return false;
    }
}
