using System.Buffers.Binary;
using BackupFabric.Blocks;

namespace BackupFabric.BlockStore.Packs;

/// <summary>The bytes of a pack. FORMAT.md sections "Packs" and "Records" say the same in words; whoever changes one changes both.</summary>
internal static class PackFormat
{
    public const int HeaderSize = 64;
    public const int RecordHeaderSize = 52;
    public const int RecordTrailerSize = sizeof(uint);
    public const int RecordOverhead = RecordHeaderSize + RecordTrailerSize;
    public const ushort Version = 1;

    /// <summary>Of a pack of encrypted records. Readers that do not know them refuse it.</summary>
    public const ushort EncryptedVersion = 2;

    /// <summary>The part of a record's header that the checksum covers; the marker before it depends on the pack.</summary>
    public const int SummedHeaderSize = RecordHeaderSize - MarkerSize;

    public const int MarkerSize = sizeof(ulong);
    private const int ChecksumAt = HeaderSize - sizeof(uint);

    public static ReadOnlySpan<byte> Magic => "BFPACK\r\n"u8;

    public static void WriteHeader(Span<byte> header, Guid repository, PackKind kind, PackNumber number, bool encrypted = false)
    {
        header[..HeaderSize].Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], encrypted ? EncryptedVersion : Version);
        BinaryPrimitives.WriteUInt16LittleEndian(header[10..], encrypted ? EncryptedVersion : Version);
        header[12] = (byte)kind;
        repository.TryWriteBytes(header[16..], bigEndian: true, out _);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], number.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(header[ChecksumAt..], Crc32C.Of(header[..ChecksumAt]));
    }

    /// <summary>The repository that a whole header names.</summary>
    public static Guid? RepositoryIn(ReadOnlySpan<byte> header) =>
        header[..8].SequenceEqual(Magic) && BinaryPrimitives.ReadUInt32LittleEndian(header[ChecksumAt..]) == Crc32C.Of(header[..ChecksumAt]) ? new Guid(header.Slice(16, 16), bigEndian: true) : null;

    /// <summary>Null when the header is this pack's, else what is wrong with it. A pack of a later format is an error of its own.</summary>
    public static string? HeaderFault(ReadOnlySpan<byte> header, Guid repository, PackKind kind, PackNumber number)
    {
        if (header.Length < HeaderSize || !header[..8].SequenceEqual(Magic)) return "its header is not a pack's";
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[ChecksumAt..]) != Crc32C.Of(header[..ChecksumAt])) return "its header's checksum does not match";
        if (BinaryPrimitives.ReadUInt16LittleEndian(header[10..]) > EncryptedVersion) throw RepositoryErrors.TooNew(number.PathIn(kind), BinaryPrimitives.ReadUInt16LittleEndian(header[8..]));
        if (new Guid(header.Slice(16, 16), bigEndian: true) != repository) return "it belongs to another repository";
        return header[12] == (byte)kind && BinaryPrimitives.ReadUInt64LittleEndian(header[32..]) == number.Value ? null : "it is another pack under this name";
    }

    /// <summary>
    /// What every record of a pack begins with. Keyed, so that a search for records in a damaged pack is not led astray by the bytes of a guest's disk.
    /// </summary>
    public static ulong MarkerOf(IdKey packKey, PackKind kind, PackNumber number)
    {
        Span<byte> name = stackalloc byte[9];
        name[0] = (byte)kind;
        BinaryPrimitives.WriteUInt64LittleEndian(name[1..], number.Value);
        return packKey.IdOf(name).A;
    }

    public static void WriteSummedHeader(Span<byte> destination, in BlockId id, in BlockPlace place)
    {
        id.Write(destination);
        BinaryPrimitives.WriteInt32LittleEndian(destination[32..], place.PayloadLength);
        BinaryPrimitives.WriteInt32LittleEndian(destination[36..], place.PlainLength);
        destination[40] = (byte)place.Codec;
        destination[41] = place.Flags;
        destination[42] = 0;
        destination[43] = 0;
    }

    public static PackEntry ReadSummedHeader(ReadOnlySpan<byte> source, PackNumber pack, uint offset) => new(
        BlockId.Read(source),
        new(pack, offset, BinaryPrimitives.ReadInt32LittleEndian(source[32..]), BinaryPrimitives.ReadInt32LittleEndian(source[36..]), (BlockCodec)source[40], source[41]));

    public static uint Checksum(in BlockId id, in BlockPlace place, ReadOnlySpan<byte> payload)
    {
        Span<byte> header = stackalloc byte[SummedHeaderSize];
        WriteSummedHeader(header, id, place);
        return Crc32C.Of(header, payload);
    }

    public static int RecordSize(int payloadLength) => RecordOverhead + payloadLength;

    public static void WriteRecord(Span<byte> destination, ulong marker, in BlockId id, in BlockPlace place, ReadOnlySpan<byte> payload, uint checksum)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, marker);
        WriteSummedHeader(destination[MarkerSize..], id, place);
        payload.CopyTo(destination[RecordHeaderSize..]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[(RecordHeaderSize + payload.Length)..], checksum);
    }
}
