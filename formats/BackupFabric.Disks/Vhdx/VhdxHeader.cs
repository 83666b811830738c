using System.Buffers.Binary;

namespace BackupFabric.Disks.Vhdx;

/// <summary>[MS-VHDX] 2.2.2: one of the two headers; the valid one with the higher sequence number is the current one.</summary>
internal sealed record VhdxHeader(
    ulong SequenceNumber,
    Guid FileWriteGuid,
    Guid DataWriteGuid,
    Guid LogGuid,
    ushort LogVersion,
    ushort Version,
    uint LogLength,
    long LogOffset)
{
    public const int Size = 4 * VhdxLayout.KiB;

    public static ReadOnlySpan<byte> Signature => "head"u8;

    public static VhdxHeader? TryParse(ReadOnlySpan<byte> data)
    {
        if (!data.StartsWith(Signature)) return null;
        if (BinaryPrimitives.ReadUInt32LittleEndian(data[4..]) != Crc32C.OfStructure(data[..Size])) return null;
        return new VhdxHeader(
            BinaryPrimitives.ReadUInt64LittleEndian(data[8..]),
            new Guid(data.Slice(16, 16)),
            new Guid(data.Slice(32, 16)),
            new Guid(data.Slice(48, 16)),
            BinaryPrimitives.ReadUInt16LittleEndian(data[64..]),
            BinaryPrimitives.ReadUInt16LittleEndian(data[66..]),
            BinaryPrimitives.ReadUInt32LittleEndian(data[68..]),
            BinaryPrimitives.ReadInt64LittleEndian(data[72..]));
    }

    public void Write(Span<byte> target)
    {
        target[..Size].Clear();
        Signature.CopyTo(target);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], SequenceNumber);
        FileWriteGuid.TryWriteBytes(target[16..]);
        DataWriteGuid.TryWriteBytes(target[32..]);
        LogGuid.TryWriteBytes(target[48..]);
        BinaryPrimitives.WriteUInt16LittleEndian(target[64..], LogVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(target[66..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(target[68..], LogLength);
        BinaryPrimitives.WriteInt64LittleEndian(target[72..], LogOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], Crc32C.OfStructure(target[..Size]));
    }
}
