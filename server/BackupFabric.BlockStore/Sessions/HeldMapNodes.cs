using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Maps;
using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Sessions;

/// <summary>Map nodes as one session puts them: the packs they lie in are held for it.</summary>
internal sealed class HeldMapNodes(StoredMapNodes nodes, Holds holds, SessionHold hold) : IMapNodes
{
    public ValueTask<ReadOnlyMemory<byte>> GetAsync(BlockId id, CancellationToken cancellation) => nodes.GetAsync(id, cancellation);

    public async ValueTask PutAsync(BlockId id, ReadOnlyMemory<byte> encoded, CancellationToken cancellation)
    {
        // A pack may be condemned between the look-up, or the append, and the hold: then the node is put again.
        while (!holds.TryFind(hold, PackKind.Map, id, out _)) await nodes.PutAsync(id, encoded, cancellation);
    }
}
