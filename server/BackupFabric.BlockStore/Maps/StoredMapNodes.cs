using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Maps;

/// <summary>Map nodes in the map packs. A node is its hash: what is read is proved against its id before anybody sees it.</summary>
internal sealed class StoredMapNodes(PackSet packs, IdKey key, NodeCache cache) : IMapNodes
{
    public async ValueTask<ReadOnlyMemory<byte>> GetAsync(BlockId id, CancellationToken cancellation)
    {
        if (cache.Find(id) is { } cached) return cached;
        RepositoryException? fault = null;
        while (await FindAsync(id, cancellation) is { } place)
        {
            var buffer = new byte[place.PayloadLength + PackFormat.RecordTrailerSize];
            var why = await packs.ReadAsync(id, place, buffer, cancellation);
            var node = buffer.AsMemory(0, place.PayloadLength);
            if (why is null && DiskMap.NodeId(key, node.Span) != id) why = "its content is another node's";
            if (why is null)
            {
                var bytes = node.ToArray();
                cache.Add(id, bytes);
                return bytes;
            }

            packs.Index.MarkDamaged(id, place);
            fault ??= RepositoryErrors.NodeDamaged(id, packs.NameOf(place.Pack), place.Offset, why);
        }

        throw fault ?? RepositoryErrors.NodeMissing(id);
    }

    public async ValueTask PutAsync(BlockId id, ReadOnlyMemory<byte> encoded, CancellationToken cancellation)
    {
        if (packs.Index.TryFind(id, out _)) return;
        var place = new BlockPlace(default, 0, encoded.Length, encoded.Length, BlockCodec.None, 0);
        await packs.AppendAsync(id, place, encoded, cancellation);
        cache.Add(id, encoded.ToArray());
    }

    public bool Contains(in BlockId id) => packs.Index.TryFind(id, out _);

    private async ValueTask<BlockPlace?> FindAsync(BlockId id, CancellationToken cancellation)
    {
        if (packs.Index.TryFind(id, out var place)) return place;
        return await packs.RepairIndexAsync(cancellation) && packs.Index.TryFind(id, out place) ? place : null;
    }
}
