using System.Collections.Concurrent;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Sessions;

/// <summary>
/// What one session relies on: every pack in which it was told that something is stored, and the maps it builds on or has built. Small: packs, not blocks.
/// </summary>
internal sealed class SessionHold
{
    private readonly ConcurrentDictionary<PackNumber, bool> _data = new();
    private readonly ConcurrentDictionary<PackNumber, bool> _maps = new();

    /// <summary>Under the gate of <see cref="Holds"/>.</summary>
    public HashSet<DiskMapRoot> Roots { get; } = [];

    /// <summary>Maps that this session has built: their nodes and blocks are in held packs, or under a held root. Under the gate of <see cref="Holds"/>.</summary>
    public HashSet<BlockId> Built { get; } = [];

    /// <summary>Under the gate of <see cref="Holds"/>.</summary>
    public bool IsEnded { get; set; }

    public bool Has(PackKind kind, PackNumber pack) => PacksOf(kind).ContainsKey(pack);

    public void Add(PackKind kind, PackNumber pack) => PacksOf(kind)[pack] = true;

    public ICollection<PackNumber> Packs(PackKind kind) => PacksOf(kind).Keys;

    private ConcurrentDictionary<PackNumber, bool> PacksOf(PackKind kind) => kind == PackKind.Data ? _data : _maps;
}
