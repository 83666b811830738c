using BackupFabric.Blocks;
using BackupFabric.BlockStore.Index;
using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Collection;

/// <summary>Ids of one worker that are marked together, in order, so that neighbours share an index page.</summary>
internal sealed class MarkBatch(int capacity)
{
    private readonly Dictionary<IndexRun, RunCursor> _cursors = [];

    public BlockId[] Ids { get; } = new BlockId[capacity];

    public ulong[] Keys { get; } = new ulong[capacity];

    public int Count { get; set; }

    public bool IsFull => Count == capacity;

    /// <summary>What was marked for the first time, for map nodes: they are to be walked. Null when nobody asks.</summary>
    public List<PackEntry>? New { get; init; }

    public void Add(in BlockId id)
    {
        Ids[Count] = id;
        Keys[Count++] = IndexRunFormat.KeyOf(id);
    }

    public RunCursor CursorOf(IndexRun run) => _cursors.TryGetValue(run, out var cursor) ? cursor : _cursors[run] = new(run);
}
