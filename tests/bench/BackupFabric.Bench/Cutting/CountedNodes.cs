using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;

namespace BackupFabric.Bench.Cutting;

/// <summary>Map nodes in memory, and the bytes of new ones.</summary>
internal sealed class CountedNodes : IMapNodes
{
    private readonly Dictionary<BlockId, byte[]> _nodes = [];

    public long NewBytes { get; private set; }

    public ValueTask<ReadOnlyMemory<byte>> GetAsync(BlockId id, CancellationToken cancellation) => new(_nodes[id]);

    public ValueTask PutAsync(BlockId id, ReadOnlyMemory<byte> encoded, CancellationToken cancellation)
    {
        if (_nodes.TryAdd(id, encoded.ToArray())) NewBytes += encoded.Length;
        return ValueTask.CompletedTask;
    }

    public long TakeStep()
    {
        var bytes = NewBytes;
        NewBytes = 0;
        return bytes;
    }
}
