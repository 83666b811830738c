using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace BackupFabric.Protos.Bulk;

/// <summary>
/// The blocks of one bulk message, in pooled memory: what a <see cref="V1.BlockBatch"/> is on the wire, without an object or an
/// array per block. Filled by a sender and reused after the write has returned, or handed out by the parser. Not thread-safe.
/// </summary>
public sealed class BlockBatchBuffer : IDisposable
{
    /// <summary>Length of a block id.</summary>
    public const int IdLength = 32;

    /// <summary>No batch holds more blocks; a message that does is refused.</summary>
    public const int BlocksMax = 4096;

    /// <summary>Large enough that the cost per message vanishes, small enough that several in flight stay cheap.</summary>
    public const int DefaultBytesMax = 1 << 20;

    private const int FirstEntries = 64;

    private byte[] _bytes;
    private BlockEntry[] _entries = ArrayPool<BlockEntry>.Shared.Rent(FirstEntries);
    private int _used;
    private int _reserved = -1;
    private bool _disposed;

    /// <param name="bytesMax">Bound of <see cref="EncodedLength"/>: what the batch may occupy on the wire.</param>
    public BlockBatchBuffer(int bytesMax = DefaultBytesMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesMax, BlockWire.OverheadMax);
        BytesMax = bytesMax;
        // Ids and payloads are kept bare, so they need less than their encoding.
        _bytes = ArrayPool<byte>.Shared.Rent(bytesMax);
    }

    private BlockBatchBuffer(byte[] bytes, int used)
    {
        BytesMax = used;
        _bytes = bytes;
        _used = used;
    }

    /// <summary>Bound of <see cref="EncodedLength"/>.</summary>
    public int BytesMax { get; }

    public int Count { get; private set; }

    /// <summary>Length of the batch's encoding, without the field of the message around it.</summary>
    public int EncodedLength { get; private set; }

    /// <summary>Sum of the payloads' lengths.</summary>
    public long PayloadBytes { get; private set; }

    /// <summary>The block at a place. The view is valid until the batch is cleared or disposed.</summary>
    public SealedBlockView this[int index]
    {
        get
        {
            ref readonly var entry = ref EntryAt(index);
            return new SealedBlockView(
                _bytes.AsSpan(entry.IdAt, IdLength),
                entry.Codec,
                entry.PlainLength,
                _bytes.AsSpan(entry.PayloadAt, entry.PayloadLength),
                entry.Offset);
        }
    }

    /// <summary>The payload for readers that must hold it across an await; valid until the batch is cleared or disposed.</summary>
    public ReadOnlyMemory<byte> PayloadAt(int index)
    {
        ref readonly var entry = ref EntryAt(index);
        return _bytes.AsMemory(entry.PayloadAt, entry.PayloadLength);
    }

    /// <summary>Adds a copy of a sealed block. False when the batch is full: send it, clear it, add again.</summary>
    /// <exception cref="ArgumentException">The id is not 32 bytes, or the block would not even fit an empty batch.</exception>
    public bool TryAdd(ReadOnlySpan<byte> id, byte codec, int plainLength, ReadOnlySpan<byte> payload, long offset = 0)
    {
        if (!TryReserve(payload.Length, out var place)) return false;
        payload.CopyTo(place);
        AddReserved(id, codec, plainLength, payload.Length, offset);
        return true;
    }

    /// <summary>
    /// Room for a payload of at most that length, to be sealed in place; <see cref="AddReserved"/> makes it a block. Reserving again
    /// forgets an earlier reservation. False when the batch is full.
    /// </summary>
    public bool TryReserve(int payloadLengthMax, out Span<byte> payload)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(payloadLengthMax);
        var worst = (long)payloadLengthMax + BlockWire.OverheadMax;
        if (worst > BytesMax)
        {
            throw new ArgumentException(
                $"A block with {payloadLengthMax} bytes of payload fits no batch of at most {BytesMax} bytes.", nameof(payloadLengthMax));
        }

        payload = default;
        if (Count == BlocksMax || Math.Max(EncodedLength, _used) + worst > BytesMax) return false;
        payload = _bytes.AsSpan(_used + IdLength, payloadLengthMax);
        _reserved = payloadLengthMax;
        return true;
    }

    /// <summary>Makes a block of the first <paramref name="payloadLength"/> bytes of the last reservation.</summary>
    public void AddReserved(ReadOnlySpan<byte> id, byte codec, int plainLength, int payloadLength, long offset = 0)
    {
        if (id.Length != IdLength) throw new ArgumentException($"A block id has {IdLength} bytes, not {id.Length}.", nameof(id));
        ArgumentOutOfRangeException.ThrowIfNegative(plainLength);
        ArgumentOutOfRangeException.ThrowIfNegative(payloadLength);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (payloadLength > _reserved)
            throw new InvalidOperationException($"No room for {payloadLength} bytes of payload was reserved.");

        id.CopyTo(_bytes.AsSpan(_used, IdLength));
        Append(new BlockEntry(_used, _used + IdLength, payloadLength, plainLength, offset, codec));
        _used += IdLength + payloadLength;
        _reserved = -1;
    }

    /// <summary>Forgets all blocks and keeps the memory.</summary>
    public void Clear()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _used = 0;
        _reserved = -1;
        Count = 0;
        EncodedLength = 0;
        PayloadBytes = 0;
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Count = 0;
        ArrayPool<BlockEntry>.Shared.Return(_entries);
        ArrayPool<byte>.Shared.Return(_bytes);
        (_entries, _bytes) = ([], []);
    }

    /// <summary>Takes over <paramref name="bytes"/>, which must come from the shared pool; entries that point into it follow.</summary>
    internal static BlockBatchBuffer Over(byte[] bytes, int used) => new(bytes, used);

    internal ReadOnlySpan<BlockEntry> Entries => _entries.AsSpan(0, Count);

    internal ReadOnlySpan<byte> Bytes => _bytes;

    internal void Append(in BlockEntry entry)
    {
        if (Count == _entries.Length) GrowEntries();
        _entries[Count++] = entry;
        EncodedLength += BlockWire.FieldLength(entry);
        PayloadBytes += entry.PayloadLength;
    }

    private void GrowEntries()
    {
        var larger = ArrayPool<BlockEntry>.Shared.Rent(_entries.Length * 4);
        _entries.AsSpan(0, Count).CopyTo(larger);
        ArrayPool<BlockEntry>.Shared.Return(_entries);
        _entries = larger;
    }

    private ref readonly BlockEntry EntryAt(int index)
    {
        if ((uint)index >= (uint)Count) ThrowNoBlock(index);
        return ref _entries[index];
    }

    [DoesNotReturn]
    private void ThrowNoBlock(int index)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        throw new ArgumentOutOfRangeException(nameof(index), index, $"The batch holds {Count} blocks.");
    }
}
