using System.Collections.Concurrent;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Maps;

namespace BackupFabric.BlockStore.Collection;

/// <summary>
/// Marks all that the given maps reach, through map packs only. Each node is read once, however many points share it: 100 points of one machine cost one walk and
/// their differences. Leaves are read in the order in which they lie, by several workers. Memory: the bits, and the batches named here.
/// </summary>
internal sealed class ReachWalk(DiskMap maps, StoredMapNodes nodes, IndexMarks nodeMarks, IndexMarks blockMarks)
{
    /// <summary>Leaves that are marked and read together: 512 KiB.</summary>
    private const int LeavesPerBatch = 16 << 10;

    /// <summary>Block ids of one worker that are looked up together: 5 MiB.</summary>
    private const int BlocksPerBatch = 128 << 10;

    /// <summary>Leaves that a worker takes at a time.</summary>
    private const int LeavesPerTurn = 32;

    private readonly MarkBatch _inner = new(1) { New = [] };
    private readonly MarkBatch _leaves = new(LeavesPerBatch) { New = [] };
    private readonly ConcurrentBag<Worker> _idle = [];

    /// <summary>Fails with <c>collection-blocked</c> when a node cannot be read, and with <c>index-damaged</c>.</summary>
    public async Task RunAsync(IReadOnlyCollection<DiskMapRoot> roots, Action<int> progress, CancellationToken cancellation)
    {
        var walked = 0;
        try
        {
            foreach (var root in roots)
            {
                await foreach (var (id, height) in maps.NodesWithHeightAsync(root, IsNew, cancellation))
                {
                    if (height > 0) continue;
                    _leaves.Add(id);
                    if (_leaves.IsFull) await ReadLeavesAsync(cancellation);
                }

                progress(++walked);
            }

            await ReadLeavesAsync(cancellation);
            foreach (var worker in _idle) blockMarks.Mark(worker.Blocks);
        }
        catch (Exception fault) when (fault is DiskMapException or RepositoryException { Code: "map-node-missing" or "map-node-damaged" })
        {
            throw RepositoryErrors.CollectionBlocked(fault.Message, fault);
        }
    }

    /// <summary>Whether an inner node was not walked before.</summary>
    private bool IsNew(BlockId node)
    {
        _inner.New!.Clear();
        _inner.Add(node);
        nodeMarks.Mark(_inner);
        return _inner.New.Count > 0;
    }

    private async Task ReadLeavesAsync(CancellationToken cancellation)
    {
        var leaves = _leaves.New!;
        leaves.Clear();
        nodeMarks.Mark(_leaves);
        leaves.Sort(static (x, y) => x.Place.Pack.CompareTo(y.Place.Pack) is not 0 and var order ? order : x.Place.Offset.CompareTo(y.Place.Offset));
        await Parallel.ForEachAsync(leaves.Chunk(LeavesPerTurn), cancellation, async (turn, token) =>
        {
            if (!_idle.TryTake(out var worker)) worker = new(nodes.BufferBytes);
            foreach (var leaf in turn)
            {
                var length = await nodes.ReadAsync(leaf.Id, worker.Buffer, token);
                Take(leaf.Id, worker.Buffer.AsSpan(0, length), worker);
            }

            _idle.Add(worker);
        });
    }

    private void Take(in BlockId id, ReadOnlySpan<byte> leaf, Worker worker)
    {
        if (!SpanLeaf.TryDecode(leaf, SpanLeaf.ClustersOf(leaf), worker.Entries)) throw new DiskMapException(id, $"Node {id} of a disk map is not a leaf.");
        foreach (var entry in worker.Entries)
        {
            if (entry.IsHole) continue;
            worker.Blocks.Add(entry.Id);
            if (worker.Blocks.IsFull) blockMarks.Mark(worker.Blocks);
        }
    }

    private sealed class Worker(int bufferBytes)
    {
        public byte[] Buffer { get; } = new byte[bufferBytes];

        public List<SpanEntry> Entries { get; } = [];

        public MarkBatch Blocks { get; } = new(BlocksPerBatch);
    }
}
