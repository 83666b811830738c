using System.Buffers;
using System.Numerics;

namespace BackupFabric.Protos.Bulk;

/// <summary>The encoding of SealedBlock and BlockBatch (block_transfer.proto): the same bytes as the generated code writes.</summary>
internal static class BlockWire
{
    public const uint IdTag = 1 << 3 | LengthDelimited;
    public const uint CodecTag = 2 << 3 | Varint;
    public const uint PlainLengthTag = 3 << 3 | Varint;
    public const uint PayloadTag = 4 << 3 | LengthDelimited;
    public const uint OffsetTag = 5 << 3 | Varint;

    /// <summary>BlockBatch.blocks</summary>
    public const uint BlockTag = 1 << 3 | LengthDelimited;

    public const int Varint = 0;
    public const int Fixed64 = 1;
    public const int LengthDelimited = 2;
    public const int Fixed32 = 5;

    /// <summary>
    /// At most, a block takes so much beside its payload: tag and length of the field (6), id (2 + 32), codec (3), plain length (6),
    /// tag and length of the payload (6), offset (11).
    /// </summary>
    public const int OverheadMax = 6 + 34 + 3 + 6 + 6 + 11;

    public static int VarintLength(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    /// <summary>Encoded length of one block with its field around it.</summary>
    public static int FieldLength(in BlockEntry entry)
    {
        var body = BodyLength(entry);
        return 1 + VarintLength((uint)body) + body;
    }

    /// <summary>Writes the blocks of a batch, one field each.</summary>
    public static void Write(BlockBatchBuffer batch, IBufferWriter<byte> output)
    {
        var bytes = batch.Bytes;
        foreach (ref readonly var entry in batch.Entries)
        {
            var head = output.GetSpan(OverheadMax);
            var at = WriteHead(head, entry, bytes.Slice(entry.IdAt, BlockBatchBuffer.IdLength));
            output.Advance(at);
            if (entry.PayloadLength != 0) output.Write(bytes.Slice(entry.PayloadAt, entry.PayloadLength));
            if (entry.Offset != 0) WriteField(output, OffsetTag, (ulong)entry.Offset);
        }
    }

    /// <summary>Writes tag and value of a varint field, or tag and length of a length-delimited one.</summary>
    public static void WriteField(IBufferWriter<byte> output, uint tag, ulong value) =>
        output.Advance(WriteField(output.GetSpan(16), tag, value));

    // Everything up to the payload. Fields that have their default value are left out, as proto3 demands.
    private static int WriteHead(Span<byte> head, in BlockEntry entry, ReadOnlySpan<byte> id)
    {
        var at = WriteField(head, BlockTag, (uint)BodyLength(entry));
        at += WriteField(head[at..], IdTag, BlockBatchBuffer.IdLength);
        id.CopyTo(head[at..]);
        at += BlockBatchBuffer.IdLength;
        if (entry.Codec != 0) at += WriteField(head[at..], CodecTag, entry.Codec);
        if (entry.PlainLength != 0) at += WriteField(head[at..], PlainLengthTag, (uint)entry.PlainLength);
        if (entry.PayloadLength != 0) at += WriteField(head[at..], PayloadTag, (uint)entry.PayloadLength);
        return at;
    }

    private static int BodyLength(in BlockEntry entry)
    {
        var length = 2 + BlockBatchBuffer.IdLength;
        if (entry.Codec != 0) length += 1 + VarintLength(entry.Codec);
        if (entry.PlainLength != 0) length += 1 + VarintLength((uint)entry.PlainLength);
        if (entry.PayloadLength != 0) length += 1 + VarintLength((uint)entry.PayloadLength) + entry.PayloadLength;
        if (entry.Offset != 0) length += 1 + VarintLength((ulong)entry.Offset);
        return length;
    }

    private static int WriteField(Span<byte> output, uint tag, ulong value)
    {
        output[0] = (byte)tag;
        var at = 1;
        for (; value >= 0x80; value >>= 7) output[at++] = (byte)(value | 0x80);
        output[at++] = (byte)value;
        return at;
    }
}
