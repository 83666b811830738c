using BackupFabric.Blocks.Maps;

namespace BackupFabric.Blocks.Tests.Maps;

/// <summary>Map nodes in memory that check what a store would check, and count what was done.</summary>
internal sealed class MemoryNodes(IdKey key) : IMapNodes
{
    public Dictionary<BlockId, byte[]> Nodes { get; } = [];

    public List<BlockId> Puts { get; } = [];

    public int Gets { get; private set; }

    public ValueTask<ReadOnlyMemory<byte>> GetAsync(BlockId id, CancellationToken cancellation)
    {
        Gets++;
        return ValueTask.FromResult<ReadOnlyMemory<byte>>(Nodes.TryGetValue(id, out var bytes) ? bytes : throw new KeyNotFoundException($"Node {id} is missing."));
    }

    public ValueTask PutAsync(BlockId id, ReadOnlyMemory<byte> encoded, CancellationToken cancellation)
    {
        Assert.Equal(DiskMap.NodeId(key, encoded.Span), id);
        Assert.NotEqual(0, encoded.Length % Cluster.Size);
        Puts.Add(id);
        Nodes[id] = encoded.ToArray();
        return ValueTask.CompletedTask;
    }

    public void Forget()
    {
        Puts.Clear();
        Gets = 0;
    }
}
