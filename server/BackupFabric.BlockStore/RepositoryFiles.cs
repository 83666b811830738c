using BackupFabric.BlockStore.Identity;
using BackupFabric.BlockStore.Index;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore;

/// <summary>The repository file, its copy, and what else may lie in a repository's root.</summary>
internal sealed class RepositoryFiles(IVolume volume)
{
    private const string NewName = "repository.new";
    private const string NewCopyName = "repository.copy.new";

    /// <summary>What file systems put into the root of a fresh volume.</summary>
    private static readonly HashSet<string> Foreign = ["lost+found/", "System Volume Information/", "$RECYCLE.BIN/"];

    /// <summary>What a creation may have left that was interrupted before the repository file was there.</summary>
    private static readonly HashSet<string> Unfinished = [Ownership.LockName, Ownership.OwnerName, Ownership.NewOwnerName, RepositoryFilePair.CopyName, NewName, NewCopyName];

    public static IReadOnlyList<string> Folders { get; } =
        [PackNumber.FolderOf(PackKind.Data), PackNumber.FolderOf(PackKind.Map), IndexRuns.Folder, ManifestFile.Folder];

    /// <summary>Fails with <c>repository-exists</c> or <c>repository-folder-not-empty</c>.</summary>
    public async Task RefuseUnlessEmptyAsync(CancellationToken cancellation)
    {
        await foreach (var entry in volume.ListAsync("", cancellation))
        {
            if (entry.Name == RepositoryFilePair.FileName) throw RepositoryErrors.Exists(volume.Name);
            if (Foreign.Contains(entry.Name) || Unfinished.Contains(entry.Name)) continue;
            if (!Folders.Contains(entry.Name.TrimEnd('/')) || await AnyInAsync(entry.Name.TrimEnd('/'), cancellation)) throw RepositoryErrors.FolderNotEmpty(volume.Name, entry.Name);
        }
    }

    /// <summary>
    /// Both are written out before either takes its name: a volume without room refuses while nothing has changed. Then the copy first: once the repository file has
    /// its name, both are whole.
    /// </summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await volume.WriteNewAsync(NewCopyName, bytes, cancellation);
        await volume.WriteNewAsync(NewName, bytes, cancellation);
        await volume.RenameAsync(NewCopyName, RepositoryFilePair.CopyName, cancellation);
        await volume.SyncFolderAsync("", cancellation);
        await volume.RenameAsync(NewName, RepositoryFilePair.FileName, cancellation);
        await volume.SyncFolderAsync("", cancellation);
    }

    public async Task<RepositoryFilePair> ReadAsync(CancellationToken cancellation) => new(
        volume.Name,
        await volume.TryReadAllAsync(RepositoryFilePair.FileName, cancellation),
        await volume.TryReadAllAsync(RepositoryFilePair.CopyName, cancellation));

    /// <summary>What a change that was cut off had not put in its place yet. It may name a secret that was removed since.</summary>
    public async Task DeleteUnfinishedAsync(CancellationToken cancellation)
    {
        var unfinished = new List<string>();
        await foreach (var entry in volume.ListAsync("", cancellation))
        {
            if (entry.Name is NewName or NewCopyName) unfinished.Add(entry.Name);
        }

        foreach (var name in unfinished) await volume.DeleteAsync(name, cancellation);
    }

    private async Task<bool> AnyInAsync(string folder, CancellationToken cancellation)
    {
        await foreach (var _ in volume.ListAsync(folder, cancellation)) return true;
        return false;
    }
}
