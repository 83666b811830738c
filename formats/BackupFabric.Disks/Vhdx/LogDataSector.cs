using System.Buffers.Binary;

namespace BackupFabric.Disks.Vhdx;

/// <summary>[MS-VHDX] 2.3.1.4: a page of data in the log, its sequence number split over both ends so that a torn one shows.</summary>
internal static class LogDataSector
{
    private const int HighOffset = 4;
    private const int LowOffset = VhdxLayout.PageSize - 4;

    public static ReadOnlySpan<byte> Signature => "data"u8;

    public static bool Belongs(ReadOnlySpan<byte> sector, ulong sequenceNumber) =>
        sector.StartsWith(Signature)
        && BinaryPrimitives.ReadUInt32LittleEndian(sector[HighOffset..]) == (uint)(sequenceNumber >> 32)
        && BinaryPrimitives.ReadUInt32LittleEndian(sector[LowOffset..]) == (uint)sequenceNumber;

    public static void Write(Span<byte> target, ReadOnlySpan<byte> page, ulong sequenceNumber)
    {
        page.CopyTo(target);
        Signature.CopyTo(target);
        BinaryPrimitives.WriteUInt32LittleEndian(target[HighOffset..], (uint)(sequenceNumber >> 32));
        BinaryPrimitives.WriteUInt32LittleEndian(target[LowOffset..], (uint)sequenceNumber);
    }

    /// <summary>The page as it belongs into the file.</summary>
    public static void Restore(ReadOnlySpan<byte> sector, LogDescriptor descriptor, Span<byte> page)
    {
        sector.CopyTo(page);
        BinaryPrimitives.WriteUInt64LittleEndian(page, descriptor.LeadingBytesOrZeroLength);
        BinaryPrimitives.WriteUInt32LittleEndian(page[LowOffset..], descriptor.TrailingBytes);
    }
}
