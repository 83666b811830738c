using System.Collections.Concurrent;
using BackupFabric.Blocks;

namespace BackupFabric.BlockStore.Import;

/// <summary>
/// Blocks that some worker is packing right now, so that two workers that meet the same new block do not pack it twice. At most one entry for each worker.
/// </summary>
internal sealed class SealClaims
{
    private readonly ConcurrentDictionary<BlockId, byte> _packing = new();

    public bool TryClaim(in BlockId id) => _packing.TryAdd(id, 0);

    public void Release(in BlockId id) => _packing.TryRemove(id, out _);
}
