using BackupFabric.Blocks;

namespace BackupFabric.BlockStore.Maps;

/// <summary>Map nodes that were read or put last, bounded in bytes. Their ids were proved before they came in.</summary>
internal sealed class NodeCache(int bytesMax)
{
    /// <summary>List node, dictionary entry and array header, about.</summary>
    private const int OverheadBytes = 200;

    private readonly Lock gate = new();
    private readonly Dictionary<BlockId, LinkedListNode<(BlockId Id, byte[] Node)>> nodes = [];
    private readonly LinkedList<(BlockId Id, byte[] Node)> latestFirst = [];
    private long bytes;

    public byte[]? Find(in BlockId id)
    {
        lock (gate)
        {
            if (!nodes.TryGetValue(id, out var found)) return null;
            latestFirst.Remove(found);
            latestFirst.AddFirst(found);
            return found.Value.Node;
        }
    }

    public void Add(in BlockId id, byte[] node)
    {
        lock (gate)
        {
            if (nodes.ContainsKey(id)) return;
            nodes.Add(id, latestFirst.AddFirst((id, node)));
            bytes += node.Length + OverheadBytes;
            while (bytes > bytesMax && latestFirst.Last is { } oldest)
            {
                latestFirst.RemoveLast();
                nodes.Remove(oldest.Value.Id);
                bytes -= oldest.Value.Node.Length + OverheadBytes;
            }
        }
    }
}
