using BackupFabric.BlockStore.Identity;
using BackupFabric.BlockStore.Index;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Trash;
using BackupFabric.BlockStore.Verification;
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
        [PackNumber.FolderOf(PackKind.Data), PackNumber.FolderOf(PackKind.Map), IndexRuns.Folder, ManifestFile.Folder, TrashName.Folder, VerificationFile.Folder];

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

    public async Task<RepositoryFilePair> ReadAsync(CancellationToken cancellation)
    {
        var pair = new RepositoryFilePair(
            volume.Name,
            await volume.TryReadAllAsync(RepositoryFilePair.FileName, cancellation),
            await volume.TryReadAllAsync(RepositoryFilePair.CopyName, cancellation));
        return pair.AreOfTwo ? pair with { PacksSay = await RepositoryOfPacksAsync(cancellation) } : pair;
    }

    /// <summary>What is wrong with the two files of an open repository. They are then written anew, like the good one or, when there is none, by <paramref name="encode"/>.</summary>
    /// <param name="mayWrite">Asked before anything is written; null: only look.</param>
    public async Task<IReadOnlyList<RepositoryException>> RepairAsync(RepositoryIdentity own, Func<byte[]> encode, Func<Task>? mayWrite, CancellationToken cancellation)
    {
        var (faults, good) = await FaultsAsync(own, cancellation);
        if (faults.Count == 0 || mayWrite is null) return faults;
        await mayWrite();
        await WriteAsync(good ?? encode(), CancellationToken.None);
        return faults;
    }

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

    /// <summary>Whose folder this is when two whole files of different repositories lie in it.</summary>
    private async Task<Guid?> RepositoryOfPacksAsync(CancellationToken cancellation)
    {
        foreach (var kind in new[] { PackKind.Data, PackKind.Map })
        {
            foreach (var pack in (await PackLoader.ListAsync(volume, kind, cancellation)).Keys)
            {
                if (await RepositoryOfAsync(pack.PathIn(kind), cancellation) is { } repository) return repository;
            }
        }

        return null;
    }

    private async Task<Guid?> RepositoryOfAsync(string pack, CancellationToken cancellation)
    {
        try
        {
            await using var file = await volume.OpenAsync(pack, append: false, cancellation);
            var header = new byte[PackFormat.HeaderSize];
            return await file.ReadAsync(0, header, cancellation) == header.Length ? PackFormat.RepositoryIn(header) : null;
        }
        catch (IOException)
        {
            // The next pack says the same.
            return null;
        }
    }

    private async Task<(IReadOnlyList<RepositoryException> Faults, ReadOnlyMemory<byte>? Good)> FaultsAsync(RepositoryIdentity own, CancellationToken cancellation)
    {
        try
        {
            return ((await ReadAsync(cancellation)).FaultsFor(own, out var good), good);
        }
        catch (IOException unreadable) when (unreadable is not RepositoryException)
        {
            return ([RepositoryErrors.Damaged(RepositoryFilePair.FileName, $"the volume cannot read it or its copy ({unreadable.Message.TrimEnd('.')})", unreadable)], null);
        }
    }

    private async Task<bool> AnyInAsync(string folder, CancellationToken cancellation)
    {
        await foreach (var _ in volume.ListAsync(folder, cancellation)) return true;
        return false;
    }
}
