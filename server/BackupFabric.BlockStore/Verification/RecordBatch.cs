using BackupFabric.Blocks;
using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Verification;

/// <summary>Plain blocks lying in one buffer, to be hashed side by side.</summary>
internal sealed class RecordBatch(IdKey key)
{
    /// <summary>A group as large as this fills the lanes of any hash; more gains nothing.</summary>
    private const int RecordsMax = 64;

    private readonly PackEntry[] _entries = new PackEntry[RecordsMax];
    private readonly BlockCut[] _cuts = new BlockCut[RecordsMax];
    private readonly BlockId[] _ids = new BlockId[RecordsMax];
    private int _count;

    public bool IsFull => _count == RecordsMax;

    public void Add(in PackEntry entry, int offset, int length)
    {
        _entries[_count] = entry;
        _cuts[_count++] = new(offset, length, IsHole: false);
    }

    /// <summary>Hashes what was added and tells of each whether it is what its id says.</summary>
    public void Finish(ReadOnlySpan<byte> buffer, RecordProof proof)
    {
        var count = _count;
        _count = 0;
        key.IdsOf(buffer, _cuts.AsSpan(0, count), _ids);
        for (var i = 0; i < count; i++) proof.Hashed(_entries[i], _cuts[i].Length, _ids[i] == _entries[i].Id);
    }
}
