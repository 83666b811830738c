namespace BackupFabric.Blocks.Maps;

/// <summary>Where encoded map nodes are read from and put to; a store implements it over its map packs.</summary>
public interface IMapNodes
{
    /// <summary>The node's encoded bytes, checked against the id. Throws when it is missing or damaged. The memory is never changed afterwards.</summary>
    ValueTask<ReadOnlyMemory<byte>> GetAsync(BlockId id, CancellationToken cancellation);

    /// <summary>Stores a node unless it is there already. Its id is <see cref="DiskMap.NodeId"/> of the bytes. The memory is the caller's and reused once the task has ended.</summary>
    ValueTask PutAsync(BlockId id, ReadOnlyMemory<byte> encoded, CancellationToken cancellation);
}
