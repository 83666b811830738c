using BackupFabric.BlockStore.Identity;
using BackupFabric.BlockStore.Index;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Verification;
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
        [PackNumber.FolderOf(PackKind.Data), PackNumber.FolderOf(PackKind.Map), IndexRuns.Folder, ManifestFile.Folder, VerificationFile.Folder];

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
        var whole = new List<(string Name, RepositoryIdentity Identity)>();
        foreach (var name in new[] { FileName, CopyName })
        {
            try
            {
                if (await volume.TryReadAllAsync(name, cancellation) is not { } bytes) missing.Add(RepositoryErrors.Damaged(name, "it is missing"));
                else whole.Add((name, RepositoryIdentity.Decode(name, bytes)));
            }
            catch (RepositoryException fault) when (fault.Code == "repository-damaged")
            {
                damaged.Add(fault);
            }
        }

        if (whole.Count == 0) throw damaged.FirstOrDefault() ?? RepositoryErrors.Missing(volume.Name);
        var identity = await ChooseAsync(whole, cancellation);
        damaged.AddRange(whole.Where(one => one.Identity.Id != identity.Id).Select(one => RepositoryErrors.Damaged(one.Name, "it is another repository's")));
        return (identity, [.. missing, .. damaged]);
    }

    /// <summary>What is wrong with the two files of an open repository.</summary>
    public async Task<IReadOnlyList<RepositoryException>> FaultsAsync(RepositoryIdentity own, CancellationToken cancellation)
    {
        try
        {
            var (identity, findings) = await ReadAsync(cancellation);
            return identity.Id == own.Id ? findings : [RepositoryErrors.Damaged(FileName, "it is another repository's")];
        }
        catch (RepositoryException fault) when (fault.Code is "repository-damaged" or "repository-missing")
        {
            return [fault];
        }
        catch (IOException unreadable) when (unreadable is not RepositoryException)
        {
            return [RepositoryErrors.Damaged(FileName, $"the volume cannot read it or its copy ({unreadable.Message.TrimEnd('.')})", unreadable)];
        }
    }

    /// <summary>Two whole files of different repositories: the packs say which one lives here.</summary>
    private async Task<RepositoryIdentity> ChooseAsync(List<(string Name, RepositoryIdentity Identity)> whole, CancellationToken cancellation)
    {
        if (whole.All(one => one.Identity.Id == whole[0].Identity.Id)) return whole[0].Identity;
        foreach (var kind in new[] { PackKind.Data, PackKind.Map })
        {
            foreach (var pack in (await PackLoader.ListAsync(volume, kind, cancellation)).Keys)
            {
                if (await RepositoryOfAsync(pack.PathIn(kind), cancellation) is { } repository && whole.Find(one => one.Identity.Id == repository).Identity is { } identity) return identity;
            }
        }

        return whole[0].Identity;
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

    private async Task<bool> AnyInAsync(string folder, CancellationToken cancellation)
    {
        await foreach (var _ in volume.ListAsync(folder, cancellation)) return true;
        return false;
    }
}
