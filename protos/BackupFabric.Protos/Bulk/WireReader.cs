namespace BackupFabric.Protos.Bulk;

/// <summary>Reads protobuf fields out of bytes that a stranger sent: every length is checked, every oddity is a <see cref="MalformedMessage"/>.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes, int start, int end)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly int _end = end;

    /// <summary>Place of the next byte, counted from the beginning of the message.</summary>
    public int At { get; private set; } = start;

    public readonly bool AtEnd => At == _end;

    public uint ReadTag()
    {
        var tag = ReadVarint();
        if (tag is < 8 or > uint.MaxValue) throw MalformedMessage.At(At, "a field number is out of range");
        return (uint)tag;
    }

    public ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (At == _end) throw MalformedMessage.At(At, "a number is cut off");
            var part = _bytes[At++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                // The tenth byte has room for one bit.
                if (shift == 63 && part > 1) throw MalformedMessage.At(At, "a number does not fit 64 bits");
                return value;
            }
        }

        throw MalformedMessage.At(At, "a number does not fit 64 bits");
    }

    /// <summary>Steps over a length and what it announces.</summary>
    public (int Start, int Length) ReadLengthDelimited()
    {
        var length = ReadVarint();
        if (length > (ulong)(_end - At)) throw MalformedMessage.At(At, $"a field claims {length} bytes, but {_end - At} are left");
        var start = At;
        At += (int)length;
        return (start, (int)length);
    }

    public void Skip(uint tag)
    {
        switch (tag & 7)
        {
            case BlockWire.Varint:
                ReadVarint();
                break;
            case BlockWire.LengthDelimited:
                ReadLengthDelimited();
                break;
            case BlockWire.Fixed64:
                SkipBytes(sizeof(ulong));
                break;
            case BlockWire.Fixed32:
                SkipBytes(sizeof(uint));
                break;
            default:
                throw MalformedMessage.At(At, $"field {tag >> 3} has wire type {tag & 7}, which proto3 does not use");
        }
    }

    private void SkipBytes(int count)
    {
        if (count > _end - At) throw MalformedMessage.At(At, $"a field needs {count} bytes, but {_end - At} are left");
        At += count;
    }
}
