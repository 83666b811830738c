using BackupFabric.Blocks;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Verification;

/// <summary>
/// What verification remembers from one opening to the next: damaged records, proofs, and how far a cycle has come. Each is believed only under the repository's key; losing
/// one loses no backup.
/// </summary>
internal sealed class VerificationMemory(IVolume volume, Guid repository, IdKey key, PackSet data, PackSet nodes) : IDisposable
{
    private readonly VerificationFile _setAside = new(volume, "set-aside", "BFASIDE\n"u8.ToArray(), repository, key);
    private readonly VerificationFile _proofsFile = new(volume, "proofs", "BFPROOF\n"u8.ToArray(), repository, key);
    private readonly VerificationFile _cycleFile = new(volume, "cycle", "BFCYCLE\n"u8.ToArray(), repository, key);
    private readonly Lock _gate = new();
    private Dictionary<Guid, PointProof> _proofs = [];
    private HashSet<SetAsideEntry> _saved = [];
    private bool _setAsideDamaged;
    private bool _cycleOnDisk;

    /// <summary>One verification at a time.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    public List<RepositoryException> Findings { get; } = [];

    /// <summary>Grows with every saved set-aside list.</summary>
    public long DamageState { get; private set; }

    public VerificationCycle? Cycle { get; private set; }

    public PointProof? ProofOf(Guid pointId)
    {
        lock (_gate) return _proofs.GetValueOrDefault(pointId);
    }

    /// <summary>Reads all three; what is damaged is a finding and counts as not there. The packs are loaded before.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        foreach (var file in new[] { _setAside, _proofsFile, _cycleFile }) await file.DeleteUnfinishedAsync(cancellation);
        await LoadAsync(_setAside, LoadSetAsideAsync, cancellation);
        await LoadAsync(_proofsFile, LoadProofs, cancellation);
        await LoadAsync(_cycleFile, LoadCycleAsync, cancellation);
    }

    /// <summary>Whether the three files on the volume are readable now.</summary>
    public async Task CheckAsync(FindingList findings, CancellationToken cancellation)
    {
        foreach (var file in new[] { _setAside, _proofsFile, _cycleFile })
        {
            try
            {
                await file.ReadAsync(cancellation);
            }
            catch (RepositoryException damaged)
            {
                _setAsideDamaged |= file == _setAside;
                findings.Add(damaged);
            }
        }
    }

    /// <summary>Damaged records without another copy.</summary>
    public IReadOnlyList<SetAsideRecord> SetAside() => [.. LackingIn(data, isMapNode: false), .. LackingIn(nodes, isMapNode: true)];

    /// <summary>Makes the list of damaged records durable when it has changed, or when its file was damaged.</summary>
    public async Task SaveSetAsideAsync()
    {
        var now = EntriesOf(PackKind.Data, data).Concat(EntriesOf(PackKind.Map, nodes)).ToHashSet();
        if (!_setAsideDamaged && now.SetEquals(_saved)) return;
        await _setAside.WriteAsync(SetAsideFormat.Encode(DamageState + 1, [.. now.OrderBy(entry => entry.Kind).ThenBy(entry => entry.Pack).ThenBy(entry => entry.Offset)]));
        DamageState++;
        _saved = now;
        _setAsideDamaged = false;
    }

    /// <summary>After the set-aside list: a position must not be ahead of the damage that was found before it.</summary>
    public async Task SaveCycleAsync(VerificationCycle? cycle)
    {
        if (cycle is null && !_cycleOnDisk) return;
        if (cycle is null) await _cycleFile.DeleteAsync();
        else await _cycleFile.WriteAsync(CycleFormat.Encode(cycle = cycle with { Damage = DamageState }));
        Cycle = cycle;
        _cycleOnDisk = cycle is not null;
    }

    /// <param name="exists">Proofs of points that are gone are forgotten.</param>
    public async Task SaveProofsAsync(IReadOnlyList<PointProof> proven, Func<Guid, bool> exists)
    {
        if (proven.Count == 0) return;
        Dictionary<Guid, PointProof> proofs;
        lock (_gate) proofs = _proofs.Where(proof => exists(proof.Key)).ToDictionary();
        foreach (var proof in proven) proofs[proof.PointId] = proof;
        await _proofsFile.WriteAsync(ProofFormat.Encode(proofs.Values));
        lock (_gate) _proofs = proofs;
    }

    public void Dispose() => Turn.Dispose();

    private async Task LoadAsync(VerificationFile file, Func<ReadOnlyMemory<byte>, CancellationToken, Task<bool>> load, CancellationToken cancellation)
    {
        try
        {
            if (await file.ReadAsync(cancellation) is { } body && !await load(body, cancellation)) throw file.Malformed();
        }
        catch (RepositoryException damaged)
        {
            _setAsideDamaged |= file == _setAside;
            _cycleOnDisk |= file == _cycleFile;
            Findings.Add(damaged);
        }
    }

    private async Task<bool> LoadSetAsideAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var entries = new List<SetAsideEntry>();
        if (!SetAsideFormat.TryDecode(body.Span, out var state, entries)) return false;
        DamageState = state;
        var (dataPacks, nodePacks) = (await data.ListAsync(cancellation), await nodes.ListAsync(cancellation));
        foreach (var entry in entries)
        {
            var isNode = entry.Kind == PackKind.Map;
            if ((isNode ? nodePacks : dataPacks).ContainsKey(entry.Pack)) (isNode ? nodes : data).Index.LoadDamaged(entry.Id, entry.Pack, entry.Offset);
        }

        _saved = [.. entries];
        return true;
    }

    private Task<bool> LoadProofs(ReadOnlyMemory<byte> body, CancellationToken cancellation) => Task.FromResult(ProofFormat.TryDecode(body.Span, _proofs));

    private async Task<bool> LoadCycleAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        if (CycleFormat.TryDecode(body.Span) is not { } cycle) return false;
        _cycleOnDisk = true;
        if (cycle.Damage <= DamageState) Cycle = cycle;
        // A list older than the position (or none) has lost damage that was found on the way here: the cycle begins anew.
        else await SaveCycleAsync(null);
        return true;
    }

    private static IEnumerable<SetAsideRecord> LackingIn(PackSet packs, bool isMapNode) =>
        packs.Index.Damaged().Where(mark => !packs.Index.TryFind(mark.Id, out _)).Select(mark => new SetAsideRecord(mark.Id, isMapNode, packs.NameOf(mark.Pack), mark.Offset));

    private static IEnumerable<SetAsideEntry> EntriesOf(PackKind kind, PackSet packs) => packs.Index.Damaged().Select(mark => new SetAsideEntry(kind, mark.Id, mark.Pack, mark.Offset));
}
