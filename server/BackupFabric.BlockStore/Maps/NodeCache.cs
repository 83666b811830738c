using BackupFabric.Blocks;

namespace BackupFabric.BlockStore.Maps;

/// <summary>Map nodes that were read or put last, bounded in bytes. Their ids were proved before they came in.</summary>
internal sealed class NodeCache(int bytesMax)
{
    /// <summary>List node, dictionary entry and array header, about.</summary>
    private const int OverheadBytes = 200;

    private readonly Lock _gate = new();
    private readonly Dictionary<BlockId, LinkedListNode<(BlockId Id, byte[] Node)>> _nodes = [];
    private readonly LinkedList<(BlockId Id, byte[] Node)> _latestFirst = [];
    private long _bytes;

    public byte[]? Find(in BlockId id)
    {
        lock (_gate)
        {
            if (!_nodes.TryGetValue(id, out var found)) return null;
            _latestFirst.Remove(found);
            _latestFirst.AddFirst(found);
            return found.Value.Node;
        }
    }

    public void Add(in BlockId id, byte[] node)
    {
        lock (_gate)
        {
            if (_nodes.ContainsKey(id)) return;
            _nodes.Add(id, _latestFirst.AddFirst((id, node)));
            _bytes += node.Length + OverheadBytes;
            while (_bytes > bytesMax && _latestFirst.Last is { } oldest)
            {
                _latestFirst.RemoveLast();
                _nodes.Remove(oldest.Value.Id);
                _bytes -= oldest.Value.Node.Length + OverheadBytes;
            }
        }
    }
}
