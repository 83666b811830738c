using System.Buffers.Binary;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Verification;

/// <summary>
/// One worker that proves the records of a window: header against the table, checksum, opened, hashed; map nodes decoded too. Blocks are opened into one buffer and hashed
/// a group at a time, which keeps the lanes of the hash full. Nothing is allocated per record.
/// </summary>
internal sealed class RecordProof : IDisposable
{
    /// <summary>Plain bytes that are hashed together: they stay in the second-level cache between opening and hashing.</summary>
    private const int GroupBytes = 512 << 10;

    /// <summary>Any of the two kinds: they are decrypted alike.</summary>
    private readonly PackSet _packs;
    private readonly BlockSealer _sealer = new();
    private readonly byte[] _plain;
    private readonly int _plainBytesMax;
    private readonly RecordBatch _opened;
    private readonly RecordBatch _stored;
    private readonly List<SpanEntry> _entries = [];
    private readonly BlockId[] _children = new BlockId[DiskMap.FanOut];
    private readonly byte[] _header = new byte[PackFormat.RecordHeaderSize];
    private SweepWindow _window = null!;
    private int _plainUsed;

    public RecordProof(PackSet packs, IdKey key, int plainBytesMax)
    {
        _packs = packs;
        _plainBytesMax = plainBytesMax;
        _plain = GC.AllocateUninitializedArray<byte>(Math.Max(GroupBytes, plainBytesMax));
        (_opened, _stored) = (new(key), new(key));
    }

    public long Blocks { get; private set; }

    public long Nodes { get; private set; }

    public long BytesDecoded { get; private set; }

    public void Prove(SweepWindow window)
    {
        _window = window;
        foreach (ref readonly var entry in window.Entries.AsSpan(window.First, window.Count)) Prove(entry);
        FinishOpened();
        FinishStored();
    }

    public void Hashed(in PackEntry entry, int plainLength, bool isWhole)
    {
        BytesDecoded += plainLength;
        if (_window.Sweep.IsMap) Nodes++;
        else Blocks++;
        if (isWhole) _window.Sweep.Whole(entry);
        else _window.Sweep.Damaged(entry, "its content is another's");
    }

    public void Dispose() => _sealer.Dispose();

    private void Prove(in PackEntry entry)
    {
        var place = entry.Place;
        var start = (int)(place.Offset - _window.FileOffset);
        var size = PackFormat.RecordSize(place.PayloadLength);
        if (start + size > _window.Length)
        {
            _window.Sweep.Damaged(entry, "the pack ends before it does");
            return;
        }

        var record = _window.Buffer.AsSpan(start, size);
        var payload = record.Slice(PackFormat.RecordHeaderSize, place.PayloadLength);
        if (PackFormat.Checksum(entry.Id, place, payload) != BinaryPrimitives.ReadUInt32LittleEndian(record[^PackFormat.RecordTrailerSize..]))
        {
            _window.Sweep.Damaged(entry, "its checksum does not match");
            return;
        }

        if (!HeaderIs(record, entry)) _window.Sweep.HeaderDamaged(entry);
        if (_packs.FaultOfOpening(entry.Id, place, payload) is { } fault)
        {
            _window.Sweep.Damaged(entry, fault);
            return;
        }

        payload = payload[..place.OpenedLength];
        var payloadAt = start + PackFormat.RecordHeaderSize;
        if (_window.Sweep.IsMap) ProveNode(entry, payloadAt, payload);
        else ProveBlock(entry, payloadAt, payload);
    }

    private void ProveNode(in PackEntry entry, int payloadAt, ReadOnlySpan<byte> payload)
    {
        if (entry.Place.Codec != BlockCodec.None || entry.Place.PlainLength != payload.Length) _window.Sweep.Damaged(entry, "a map node is never packed");
        else if (!DiskMap.IsNode(payload, _entries, _children)) _window.Sweep.Damaged(entry, "it is not a map node");
        else AddStored(entry, payloadAt, payload.Length);
    }

    private void ProveBlock(in PackEntry entry, int payloadAt, ReadOnlySpan<byte> payload)
    {
        var (codec, length) = (entry.Place.Codec, entry.Place.PlainLength);
        if (length <= 0 || length > _plainBytesMax)
        {
            _window.Sweep.Damaged(entry, $"it says that it has {length} plain bytes");
            return;
        }

        if (codec == BlockCodec.None && length == payload.Length)
        {
            AddStored(entry, payloadAt, length);
            return;
        }

        if (Enum.IsDefined(codec) && !BlockSealer.Supports(codec))
        {
            _window.Sweep.CannotOpen(entry);
            return;
        }

        if (_plainUsed + length > _plain.Length || _opened.IsFull) FinishOpened();
        if (!_sealer.TryOpen(codec, payload, _plain.AsSpan(_plainUsed, length)))
        {
            _window.Sweep.Damaged(entry, "its payload cannot be opened");
            return;
        }

        _opened.Add(entry, _plainUsed, length);
        _plainUsed += length;
    }

    /// <summary>What is stored as it is needs no copy: it is hashed where it was read.</summary>
    private void AddStored(in PackEntry entry, int payloadAt, int length)
    {
        if (_stored.IsFull) FinishStored();
        _stored.Add(entry, payloadAt, length);
    }

    private void FinishOpened()
    {
        _opened.Finish(_plain, this);
        _plainUsed = 0;
    }

    private void FinishStored() => _stored.Finish(_window.Buffer.AsSpan(0, _window.Length), this);

    private bool HeaderIs(ReadOnlySpan<byte> record, in PackEntry entry)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_header, _window.Sweep.Marker);
        PackFormat.WriteSummedHeader(_header.AsSpan(PackFormat.MarkerSize), entry.Id, entry.Place);
        return record[..PackFormat.RecordHeaderSize].SequenceEqual(_header);
    }
}
