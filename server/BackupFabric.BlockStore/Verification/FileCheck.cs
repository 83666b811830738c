using System.Security.Cryptography;
using BackupFabric.BlockStore.Identity;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Verification;

/// <summary>Reads everything that is not a pack: repository file and copy, owner, manifests, trash, and what verification remembers.</summary>
internal sealed class FileCheck(RepositoryParts parts, FindingList findings)
{
    private const string TrashFolder = "trash";

    private readonly IVolume _volume = parts.Volume;

    /// <summary>Points whose manifests could not be read; they are not proven.</summary>
    public HashSet<Guid> Unreadable { get; } = [];

    /// <summary>A damaged repository file is made anew at once, as at every opening.</summary>
    public async Task CheckRootAsync(CancellationToken cancellation)
    {
        foreach (var fault in await CheckRepositoryFilesAsync(cancellation)) findings.Add(fault);
        if (await parts.Ownership.FaultAsync(cancellation) is { } owner) findings.Add(owner);
        await parts.Verified.CheckAsync(findings, cancellation);
    }

    /// <summary>Every manifest on the volume, and every one in memory that has none there; what a copy has is put back.</summary>
    public async Task CheckManifestsAsync(Healer? healer, CancellationToken cancellation)
    {
        var names = await NamesAsync(ManifestFile.Folder, cancellation);
        foreach (var name in names.Where(name => name.EndsWith(ManifestFile.Extension, StringComparison.Ordinal))) await CheckManifestAsync(name, healer, cancellation);
        foreach (var point in parts.Points.All())
        {
            var name = ManifestFile.NameOf(point.PointId);
            if (!names.Contains(name) && parts.Points.Find(point.PointId) is not null) await CheckManifestAsync(name, healer, cancellation);
        }
    }

    /// <summary>Deleted points that can still be taken back: signed files like the others, whatever their names.</summary>
    public async Task CheckTrashAsync(CancellationToken cancellation)
    {
        foreach (var name in await NamesAsync(TrashFolder, cancellation))
        {
            if (name.EndsWith(ManifestFile.TemporaryExtension, StringComparison.Ordinal) || !name.Contains(ManifestFile.Extension, StringComparison.Ordinal)) continue;
            try
            {
                // Purged or taken back meanwhile: nothing to prove.
                if (await _volume.TryReadAllAsync(name, cancellation) is { } bytes && !IsAuthentic(bytes)) findings.Add(RepositoryErrors.PointDamaged(name, "it does not match its checksum or its key"));
            }
            catch (IOException unreadable)
            {
                findings.Add(RepositoryErrors.PointDamaged(name, "the volume cannot read it", unreadable));
            }
        }
    }

    private bool IsAuthentic(byte[] bytes) =>
        SignedFile.TryDecode(bytes, ManifestFile.Magic, out var content) == SignedFileState.Whole
        && content.Repository == parts.Identity.Id && SignedFile.IsAuthentic(content, parts.Identity.Keys.Points);

    private async Task<IReadOnlyList<RepositoryException>> CheckRepositoryFilesAsync(CancellationToken cancellation)
    {
        Func<Task>? mayWrite = parts.IsReadOnly ? null : () => parts.Ownership.ConfirmAsync(cancellation);
        try
        {
            return parts.Vault is { } vault
                ? await vault.RepairFilesAsync(mayWrite, cancellation)
                : await new RepositoryFiles(_volume).RepairAsync(parts.Identity, () => parts.Identity.Encode(RandomNumberGenerator.Fill), mayWrite, cancellation);
        }
        catch (VolumeFullException full)
        {
            throw parts.Space.Full(full);
        }
    }

    private async Task CheckManifestAsync(string name, Healer? healer, CancellationToken cancellation)
    {
        if (await FaultOfAsync(name, Known(name), cancellation) is null) return;
        // A deletion may have been under way; in turn none is, and the file and what is in memory agree.
        var known = default(Manifest);
        var fault = await parts.PointFiles.InTurnAsync(() => FaultOfAsync(name, known = Known(name), cancellation), cancellation);
        if (fault is null) return;
        if (IdIn(name) is { } lost && healer is not null && await healer.TryManifestAsync(lost, cancellation)) return;
        if (known is not null) Unreadable.Add(known.PointId);
        findings.Add(fault);
    }

    private Manifest? Known(string name) => IdIn(name) is { } id ? parts.Points.Find(id) : null;

    private async Task<RepositoryException?> FaultOfAsync(string name, Manifest? known, CancellationToken cancellation)
    {
        try
        {
            if (await _volume.TryReadAllAsync(name, cancellation) is { } bytes) ManifestFile.Decode(name, bytes, parts.Identity.Id, parts.Identity.Keys.Points, parts.Vault?.Cipher);
            else if (known is not null) return RepositoryErrors.PointDamaged(name, "it is missing");
            return null;
        }
        catch (RepositoryException fault)
        {
            return fault;
        }
        catch (IOException unreadable)
        {
            return RepositoryErrors.PointDamaged(name, "the volume cannot read it", unreadable);
        }
    }

    private async Task<HashSet<string>> NamesAsync(string folder, CancellationToken cancellation)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var entry in _volume.ListAsync(folder, cancellation)) names.Add(folder + "/" + entry.Name);
        return names;
    }

    private static Guid? IdIn(string name) =>
        Guid.TryParseExact(Path.GetFileNameWithoutExtension(name), "N", out var id) ? id : null;
}
