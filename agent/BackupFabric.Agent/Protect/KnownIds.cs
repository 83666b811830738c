using BackupFabric.Blocks;

namespace BackupFabric.Agent.Protect;

/// <summary>
/// Ids that this transfer need not offer: somebody offered them already, or the base holds them. Bounded; when full, ids are offered
/// again, which costs a question but never a wrong answer.
/// </summary>
internal sealed class KnownIds(int capacity)
{
    private readonly HashSet<BlockId> _ids = [];
    private readonly Lock _gate = new();

    /// <summary>True for the first caller with this id.</summary>
    public bool Claim(in BlockId id)
    {
        lock (_gate) return _ids.Count < capacity ? _ids.Add(id) : !_ids.Contains(id);
    }

    public void Add(in BlockId id)
    {
        lock (_gate)
        {
            if (_ids.Count < capacity) _ids.Add(id);
        }
    }
}
