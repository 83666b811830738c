using System.Buffers;
using Google.Protobuf;
using Grpc.Core;

namespace BackupFabric.Protos.Bulk;

/// <summary>
/// Encodes and parses a message that is a oneof with one bulk member: the member goes through <see cref="BlockBatchBuffer"/>,
/// everything else through the generated code.
/// </summary>
/// <param name="blocksField">Number of the BlockBatch field.</param>
/// <param name="bodyFields">Greatest field number of the oneof.</param>
internal sealed class BulkCodec<TControl>(MessageParser<TControl> parser, int blocksField, int bodyFields)
    where TControl : class, IMessage<TControl>
{
    private readonly uint _blocksTag = (uint)(blocksField << 3 | BlockWire.LengthDelimited);

    public static void Write(TControl control, SerializationContext context)
    {
        context.SetPayloadLength(control.CalculateSize());
        control.WriteTo(context.GetBufferWriter());
        context.Complete();
    }

    public void Write(BlockBatchBuffer blocks, SerializationContext context)
    {
        var length = blocks.EncodedLength;
        context.SetPayloadLength(1 + BlockWire.VarintLength((uint)length) + length);
        var output = context.GetBufferWriter();
        BlockWire.WriteField(output, _blocksTag, (uint)length);
        BlockWire.Write(blocks, output);
        context.Complete();
    }

    /// <summary>Exactly one of the two is set.</summary>
    public (TControl? Control, BlockBatchBuffer? Blocks) Read(DeserializationContext context)
    {
        var length = context.PayloadLength;
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        var kept = false;
        try
        {
            context.PayloadAsReadOnlySequence().CopyTo(bytes);
            if (!IsBulk(bytes.AsSpan(0, length))) return (ParseControl(bytes.AsSpan(0, length)), null);
            var blocks = BlockBatchBuffer.Over(bytes, length);
            kept = true;
            ReadBlocks(blocks, bytes, length);
            return (null, blocks);
        }
        finally
        {
            if (!kept) ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private TControl ParseControl(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException malformed)
        {
            throw MalformedMessage.Of(malformed.Message.TrimEnd('.'), malformed);
        }
    }

    // Protobuf lets the last of several members of a oneof win. No encoder writes several, so that is refused rather than imitated.
    private bool IsBulk(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes, 0, bytes.Length);
        var (bulk, other) = (false, false);
        while (!reader.AtEnd)
        {
            var tag = reader.ReadTag();
            if (tag == _blocksTag) bulk = true;
            else if (tag >> 3 <= bodyFields && (tag & 7) == BlockWire.LengthDelimited) other = true;
            reader.Skip(tag);
        }

        if (bulk && other) throw MalformedMessage.Of("it has blocks and another body at once");
        return bulk;
    }

    private void ReadBlocks(BlockBatchBuffer blocks, byte[] bytes, int length)
    {
        var read = false;
        try
        {
            var reader = new WireReader(bytes, 0, length);
            while (!reader.AtEnd)
            {
                var tag = reader.ReadTag();
                if (tag != _blocksTag)
                {
                    reader.Skip(tag);
                    continue;
                }

                var (start, batchLength) = reader.ReadLengthDelimited();
                BlockBatchReader.Read(blocks, bytes, start, batchLength);
            }

            read = true;
        }
        finally
        {
            if (!read) blocks.Dispose();
        }
    }
}
