using System.Buffers;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Encryption;
using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Maps;

/// <summary>Map nodes in the map packs. A node is its hash: what is read is proved against its id before anybody sees it.</summary>
internal sealed class StoredMapNodes(PackSet packs, IdKey key, NodeCache cache, int nodeBytesMax) : IMapNodes
{
    public async ValueTask<ReadOnlyMemory<byte>> GetAsync(BlockId id, CancellationToken cancellation)
    {
        if (cache.Find(id) is { } cached) return cached;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var node = buffer.AsSpan(0, await ReadAsync(id, buffer, cancellation)).ToArray();
            cache.Add(id, node);
            return node;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Room for any node and what is read with it.</summary>
    public int BufferBytes => nodeBytesMax + RecordEnvelope.Size + PackFormat.RecordTrailerSize;

    /// <summary>Reads and proves a node without keeping it in the cache, for walks that see each node once. Returns its length.</summary>
    public async ValueTask<int> ReadAsync(BlockId id, Memory<byte> buffer, CancellationToken cancellation)
    {
        var read = await packs.Reader.ReadAsync(id, buffer, key, cancellation);
        if (read.IsMissing) throw RepositoryErrors.NodeMissing(id);
        if (read.Fault is not null) throw RepositoryErrors.NodeDamaged(id, packs.NameOf(read.Place.Pack), read.Place.Offset, read.Fault);
        return read.Place.OpenedLength;
    }

    public async ValueTask PutAsync(BlockId id, ReadOnlyMemory<byte> encoded, CancellationToken cancellation)
    {
        if (packs.Index.TryFind(id, out _)) return;
        var place = new BlockPlace(default, 0, encoded.Length, encoded.Length, BlockCodec.None, 0);
        await packs.AppendAsync(id, place, encoded, cancellation);
        cache.Add(id, encoded.ToArray());
    }

    public bool Contains(in BlockId id) => packs.Index.TryFind(id, out _);
}
