using BackupFabric.Blocks;
using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Index;

/// <summary>
/// Entries that are in no run yet, in memory: at most about 130 bytes each, growth included. Striped, so that look-ups of many streams do not wait for each other.
/// Ids are hashes; their first bytes spread them.
/// </summary>
internal sealed class FreshTable
{
    private const int Stripes = 32;

    private readonly Dictionary<BlockId, BlockPlace>[] _tables;
    private readonly Lock[] _locks;

    public FreshTable()
    {
        _tables = [.. Enumerable.Range(0, Stripes).Select(_ => new Dictionary<BlockId, BlockPlace>(ByPrefix.Instance))];
        _locks = [.. Enumerable.Range(0, Stripes).Select(_ => new Lock())];
    }

    public bool TryFind(in BlockId id, out BlockPlace place)
    {
        var stripe = StripeOf(id);
        lock (_locks[stripe]) return _tables[stripe].TryGetValue(id, out place);
    }

    /// <summary>Adds, or replaces when <paramref name="replaces"/> says so about the entry that is there.</summary>
    public bool TryAdd(in BlockId id, in BlockPlace place, Func<BlockPlace, BlockPlace, bool> replaces, out bool isNew)
    {
        var stripe = StripeOf(id);
        lock (_locks[stripe])
        {
            var table = _tables[stripe];
            isNew = table.TryAdd(id, place);
            if (isNew) return true;
            if (!replaces(table[id], place)) return false;
            table[id] = place;
            return true;
        }
    }

    /// <summary>Copies the entries that lie in the given packs.</summary>
    public List<PackEntry> EntriesIn(IReadOnlySet<PackNumber> packs)
    {
        var found = new List<PackEntry>();
        for (var i = 0; i < Stripes; i++)
        {
            lock (_locks[i])
            {
                foreach (var (id, place) in _tables[i])
                {
                    if (packs.Contains(place.Pack)) found.Add(new(id, place));
                }
            }
        }

        return found;
    }

    public void Remove(List<PackEntry> entries)
    {
        foreach (var entry in entries)
        {
            var stripe = StripeOf(entry.Id);
            lock (_locks[stripe])
            {
                // A healed copy may have taken the place of the one that went into the run.
                if (_tables[stripe].TryGetValue(entry.Id, out var now) && now == entry.Place) _tables[stripe].Remove(entry.Id);
            }
        }
    }

    private static int StripeOf(in BlockId id) => (int)(id.B % Stripes);

    private sealed class ByPrefix : IEqualityComparer<BlockId>
    {
        public static readonly ByPrefix Instance = new();

        public bool Equals(BlockId x, BlockId y) => x == y;

        public int GetHashCode(BlockId id) => (int)id.A;
    }
}
