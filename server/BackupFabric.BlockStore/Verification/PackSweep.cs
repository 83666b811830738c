using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Verification;

/// <summary>One pack being read: where its records lie, and what the workers find. What looked damaged is read once more before it is believed.</summary>
internal sealed class PackSweep(PackSet packs, PackKind kind, PackNumber pack, FindingList findings)
{
    private readonly Lock _gate = new();
    private readonly List<(PackEntry Entry, string Why)> _damaged = [];
    private readonly List<PackEntry> _headers = [];
    private readonly List<PackEntry> _unlisted = [];
    private readonly List<PackEntry> _closed = [];

    public bool IsMap => kind == PackKind.Map;

    public ulong Marker { get; } = packs.MarkerOf(pack);

    public string Name => packs.NameOf(pack);

    /// <summary>The records in the order of the pack, as its table says; as the writer says while it is being written; as the index says when the table is gone.</summary>
    public async Task<PackEntry[]> EntriesAsync(IVolumeFile file, (PackEntry[] Entries, long End)? written, CancellationToken cancellation)
    {
        try
        {
            await CheckHeaderAsync(file, cancellation);
            if (written is { } open) return open.Entries;
            var (entries, fault) = await PackTable.TryReadAsync(file, pack, cancellation);
            if (entries is not null) return [.. entries.OrderBy(entry => entry.Place.Offset)];
            if (fault is not null || !packs.MayLackTable(pack)) findings.Add(RepositoryErrors.TableDamaged(Name, fault ?? "it has no table"));
        }
        catch (IOException unreadable) when (unreadable is not RepositoryException)
        {
            findings.Add(RepositoryErrors.TableDamaged(Name, $"the volume cannot read its table ({unreadable.Message.TrimEnd('.')})"));
        }

        return [.. await ListedAsync()];
    }

    /// <summary>Called by workers for each record that is what it should be.</summary>
    public void Whole(in PackEntry entry)
    {
        var index = packs.Index;
        // What could not be read once may have been a cable.
        if (index.IsDamaged(entry.Place)) index.MarkWhole(entry.Place);
        if (index.TryFind(entry.Id, out _)) return;
        lock (_gate) _unlisted.Add(entry);
    }

    public void Damaged(in PackEntry entry, string why)
    {
        lock (_gate) _damaged.Add((entry, why));
    }

    public void HeaderDamaged(in PackEntry entry)
    {
        lock (_gate) _headers.Add(entry);
    }

    /// <summary>No damage, but nothing was proved either: the codec's library is not here.</summary>
    public void CannotOpen(in PackEntry entry)
    {
        lock (_gate) _closed.Add(entry);
    }

    /// <summary>After the workers are done with the pack: names what is damaged, and sets it aside.</summary>
    public async Task SettleAsync(RecordProof again)
    {
        if (_damaged.Count + _headers.Count + _unlisted.Count + _closed.Count == 0) return;
        // Collection has dropped the pack, or is about to: the index no longer points there, and nothing in it matters.
        if (!await packs.KnowsAsync(pack)) return;
        await packs.RepairIndexAsync(CancellationToken.None);
        foreach (var (entry, why) in _damaged)
        {
            if (await ReadAgainAsync(entry, again)) SetAside(entry, why);
        }

        foreach (var entry in _closed) findings.Add(entry.Id, RepositoryErrors.CodecMissing(entry.Id, entry.Place.Codec));
        foreach (var entry in _headers) findings.Add(RepositoryErrors.RecordHeaderDamaged(entry.Id, Name, entry.Place.Offset));
        foreach (var entry in _unlisted.Where(entry => !packs.Index.TryFind(entry.Id, out _))) findings.Add(entry.Id, RepositoryErrors.IndexLacks(entry.Id, Name, entry.Place.Offset));
    }

    /// <summary>A pack of which the index knows and the volume does not: all it held is lacking.</summary>
    public async Task SettleMissingAsync()
    {
        if (!await packs.KnowsAsync(pack)) return;
        findings.Add(RepositoryErrors.PackDamaged(Name, "it is missing"));
        foreach (var entry in await ListedAsync()) packs.Index.MarkDamaged(entry.Id, entry.Place);
    }

    /// <summary>What the index knows of the pack; a damaged run is made anew first.</summary>
    private async Task<List<PackEntry>> ListedAsync()
    {
        try
        {
            return packs.Index.EntriesIn(pack);
        }
        catch (RepositoryException)
        {
            await packs.RepairIndexAsync(CancellationToken.None);
            return packs.Index.EntriesIn(pack);
        }
    }

    private async Task CheckHeaderAsync(IVolumeFile file, CancellationToken cancellation)
    {
        var header = new byte[PackFormat.HeaderSize];
        await file.ReadAsync(0, header, cancellation);
        try
        {
            if (packs.HeaderFault(header, pack) is { } fault) findings.Add(RepositoryErrors.HeaderDamaged(Name, fault));
        }
        catch (RepositoryException tooNew)
        {
            findings.Add(tooNew);
        }
    }

    /// <summary>True when the record is damaged indeed.</summary>
    private async Task<bool> ReadAgainAsync(PackEntry entry, RecordProof again)
    {
        var size = PackFormat.RecordSize(entry.Place.PayloadLength);
        if (entry.Place.PayloadLength is < 0 or > BlockPlace.LengthMax) return true;
        var single = new PackSweep(packs, kind, pack, findings);
        var window = new SweepWindow(size);
        window.Take(single, [entry], 0);
        try
        {
            await using var file = await packs.OpenPackAsync(pack, CancellationToken.None);
            window.Length = await file.ReadAsync(window.FileOffset, window.Buffer.AsMemory(0, size), CancellationToken.None);
        }
        catch (IOException)
        {
            return true;
        }

        again.Prove(window);
        return single._damaged.Count > 0;
    }

    private void SetAside(PackEntry entry, string why)
    {
        var index = packs.Index;
        var wasKnown = index.IsDamaged(entry.Place);
        index.MarkDamaged(entry.Id, entry.Place);
        // Healed before: the bad copy lies there until its pack is collected.
        if (wasKnown && index.TryFind(entry.Id, out _)) return;
        var (id, offset) = (entry.Id, entry.Place.Offset);
        findings.Add(id, IsMap ? RepositoryErrors.NodeDamaged(id, Name, offset, why) : RepositoryErrors.BlockDamaged(id, Name, offset, why));
    }
}
