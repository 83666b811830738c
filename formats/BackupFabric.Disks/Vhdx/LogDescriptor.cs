using System.Buffers.Binary;

namespace BackupFabric.Disks.Vhdx;

/// <summary>
/// [MS-VHDX] 2.3.1.2 and 2.3.1.3: one change that an entry makes: a page of data, or zeros. A data page travels without its first eight and last
/// four bytes, which give way to the data sector's own marks and are kept here.
/// </summary>
internal readonly record struct LogDescriptor(bool IsZero, uint TrailingBytes, ulong LeadingBytesOrZeroLength, long FileOffset, ulong SequenceNumber)
{
    public const int Size = 32;

    public static ReadOnlySpan<byte> ZeroSignature => "zero"u8;

    public static ReadOnlySpan<byte> DataSignature => "desc"u8;

    public static bool TryParse(ReadOnlySpan<byte> data, out LogDescriptor descriptor)
    {
        bool zero = data.StartsWith(ZeroSignature);
        descriptor = new LogDescriptor(
            zero,
            BinaryPrimitives.ReadUInt32LittleEndian(data[4..]),
            BinaryPrimitives.ReadUInt64LittleEndian(data[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(data[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(data[24..]));
        return zero || data.StartsWith(DataSignature);
    }

    public static LogDescriptor ForPage(ReadOnlySpan<byte> page, long fileOffset, ulong sequenceNumber) => new(
        false,
        BinaryPrimitives.ReadUInt32LittleEndian(page[(VhdxLayout.PageSize - 4)..]),
        BinaryPrimitives.ReadUInt64LittleEndian(page),
        fileOffset,
        sequenceNumber);

    public void Write(Span<byte> target)
    {
        (IsZero ? ZeroSignature : DataSignature).CopyTo(target);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], TrailingBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], LeadingBytesOrZeroLength);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], FileOffset);
        BinaryPrimitives.WriteUInt64LittleEndian(target[24..], SequenceNumber);
    }
}
