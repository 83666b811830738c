namespace BackupFabric.Protos.Bulk;

/// <summary>Finds the blocks in an encoded BlockBatch. Nothing is copied: the entries point into the message.</summary>
internal static class BlockBatchReader
{
    public static void Read(BlockBatchBuffer blocks, ReadOnlySpan<byte> bytes, int start, int length)
    {
        var reader = new WireReader(bytes, start, start + length);
        while (!reader.AtEnd)
        {
            var tag = reader.ReadTag();
            if (tag != BlockWire.BlockTag)
            {
                reader.Skip(tag);
                continue;
            }

            if (blocks.Count == BlockBatchBuffer.BlocksMax)
                throw MalformedMessage.At(reader.At, $"a batch has more than {BlockBatchBuffer.BlocksMax} blocks");
            var (at, blockLength) = reader.ReadLengthDelimited();
            blocks.Append(ReadBlock(bytes, at, blockLength));
        }
    }

    private static BlockEntry ReadBlock(ReadOnlySpan<byte> bytes, int start, int length)
    {
        var reader = new WireReader(bytes, start, start + length);
        var (idAt, idLength) = (0, 0);
        var (payloadAt, payloadLength) = (start, 0);
        ulong codec = 0, plainLength = 0, offset = 0;
        while (!reader.AtEnd)
        {
            var tag = reader.ReadTag();
            switch (tag)
            {
                case BlockWire.IdTag:
                    (idAt, idLength) = reader.ReadLengthDelimited();
                    break;
                case BlockWire.CodecTag:
                    codec = reader.ReadVarint();
                    break;
                case BlockWire.PlainLengthTag:
                    plainLength = reader.ReadVarint();
                    break;
                case BlockWire.PayloadTag:
                    (payloadAt, payloadLength) = reader.ReadLengthDelimited();
                    break;
                case BlockWire.OffsetTag:
                    offset = reader.ReadVarint();
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        if (idLength != BlockBatchBuffer.IdLength) throw MalformedMessage.At(start, $"a block id has {idLength} bytes");
        if (codec > byte.MaxValue) throw MalformedMessage.At(start, $"{codec} is not the number of a codec");
        if (plainLength > int.MaxValue) throw MalformedMessage.At(start, $"a block claims {plainLength} plain bytes");
        if (offset > long.MaxValue) throw MalformedMessage.At(start, $"a block claims to lie at {offset}");
        return new BlockEntry(idAt, payloadAt, payloadLength, (int)plainLength, (long)offset, (byte)codec);
    }
}
