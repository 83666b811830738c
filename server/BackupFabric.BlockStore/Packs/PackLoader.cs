using BackupFabric.BlockStore.Index;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Packs;

/// <summary>
/// Makes the index know every pack when a repository is opened: from runs where they cover a pack, else from its table, else by scanning it. A scanned pack is
/// then flushed and given a table, in that order, like any other.
/// </summary>
internal sealed class PackLoader(PackContext context, PackKind kind, BlockIndex index)
{
    public List<RepositoryException> Findings { get; } = [];

    /// <summary>Packs that were left without a table because the volume was full.</summary>
    public HashSet<PackNumber> Untabled { get; } = [];

    public int Scanned { get; private set; }

    /// <summary>Returns the bytes of all packs.</summary>
    public async Task<long> LoadAsync(CancellationToken cancellation)
    {
        var packs = await ListAsync(context.Volume, kind, cancellation);
        var covered = await index.OpenRunsAsync(packs, cancellation);
        var bytes = packs.Where(pack => covered.Contains(pack.Key)).Sum(pack => pack.Value);
        foreach (var (number, length) in packs.Where(pack => !covered.Contains(pack.Key)).OrderBy(pack => pack.Key))
        {
            cancellation.ThrowIfCancellationRequested();
            bytes += await TryLoadPackAsync(number, length, cancellation);
        }

        // A process that died may have made names that are not durable yet; what is read here counts as stored from now on.
        await context.Volume.SyncFolderAsync(PackNumber.FolderOf(kind), cancellation);
        return bytes;
    }

    /// <summary>Reads the packs of a run anew.</summary>
    public async Task ReloadAsync(IEnumerable<IndexedPack> packs, CancellationToken cancellation)
    {
        foreach (var pack in packs) await TryLoadPackAsync(pack.Number, pack.Length, cancellation);
    }

    public static async Task<Dictionary<PackNumber, long>> ListAsync(IVolume volume, PackKind kind, CancellationToken cancellation)
    {
        var packs = new Dictionary<PackNumber, long>();
        await foreach (var entry in volume.ListAsync(PackNumber.FolderOf(kind), cancellation))
        {
            if (PackNumber.TryParse(entry.Name, out var number)) packs.Add(number, entry.Length);
        }

        return packs;
    }

    private async Task<long> TryLoadPackAsync(PackNumber number, long length, CancellationToken cancellation)
    {
        try
        {
            return await LoadPackAsync(number, length, cancellation);
        }
        catch (FileNotFoundException)
        {
            Findings.Add(RepositoryErrors.PackDamaged(number.PathIn(kind), "it is missing"));
            return 0;
        }
        catch (IOException unreadable) when (unreadable is not (RepositoryException or VolumeFullException))
        {
            // What it holds counts as lacking; the other packs serve.
            Findings.Add(RepositoryErrors.PackDamaged(number.PathIn(kind), $"the volume cannot read it ({unreadable.Message.TrimEnd('.')})"));
            return length;
        }
    }

    private async Task<long> LoadPackAsync(PackNumber number, long length, CancellationToken cancellation)
    {
        var name = number.PathIn(kind);
        if (length <= PackFormat.HeaderSize)
        {
            // Begun and never written to.
            await context.Volume.DeleteAsync(name, cancellation);
            return 0;
        }

        await using var file = await context.Volume.OpenAsync(name, append: true, cancellation);
        await CheckHeaderAsync(file, number, cancellation);
        var (entries, fault) = await PackTable.TryReadAsync(file, number, cancellation);
        if (fault is not null) Findings.Add(RepositoryErrors.PackDamaged(name, fault));
        entries ??= await ScanAndSealAsync(file, number, cancellation);
        foreach (var entry in entries) index.AddLoaded(entry);
        await index.PackSealedAsync(number, file.Length, entries.Count);
        return file.Length;
    }

    private async Task CheckHeaderAsync(IVolumeFile file, PackNumber number, CancellationToken cancellation)
    {
        var header = new byte[PackFormat.HeaderSize];
        await file.ReadAsync(0, header, cancellation);
        // The file's name says all that the header does, so the records are used all the same.
        if (PackFormat.HeaderFault(header, context.Repository, kind, number) is { } fault) Findings.Add(RepositoryErrors.PackDamaged(file.Name, fault));
    }

    private async Task<List<PackEntry>> ScanAndSealAsync(IVolumeFile file, PackNumber number, CancellationToken cancellation)
    {
        Scanned++;
        var entries = await PackScanner.ScanAsync(file, number, PackFormat.MarkerOf(context.PackKey, kind, number), cancellation);
        await file.FlushAsync(cancellation);
        try
        {
            await PackSealing.AppendTableAsync(file, number, entries);
            await file.FlushAsync(cancellation);
        }
        catch (VolumeFullException)
        {
            Untabled.Add(number);
            // The table spares the next opening a scan and nothing else: a full volume must still open, or it could never be made roomier.
        }

        return entries;
    }
}
