using System.Buffers.Binary;

namespace BackupFabric.Disks.Vhdx;

/// <summary>[MS-VHDX] 2.3.1.1.</summary>
internal sealed record LogEntryHeader(
    uint EntryLength,
    uint Tail,
    ulong SequenceNumber,
    uint DescriptorCount,
    Guid LogGuid,
    long FlushedFileOffset,
    long LastFileOffset)
{
    public const int Size = 64;

    public static ReadOnlySpan<byte> Signature => "loge"u8;

    public static LogEntryHeader? TryParse(ReadOnlySpan<byte> data) => !data.StartsWith(Signature) ? null : new LogEntryHeader(
        BinaryPrimitives.ReadUInt32LittleEndian(data[8..]),
        BinaryPrimitives.ReadUInt32LittleEndian(data[12..]),
        BinaryPrimitives.ReadUInt64LittleEndian(data[16..]),
        BinaryPrimitives.ReadUInt32LittleEndian(data[24..]),
        new Guid(data.Slice(32, 16)),
        BinaryPrimitives.ReadInt64LittleEndian(data[48..]),
        BinaryPrimitives.ReadInt64LittleEndian(data[56..]));

    /// <summary>All but the checksum, which covers the whole entry and comes last.</summary>
    public void Write(Span<byte> target)
    {
        target[..Size].Clear();
        Signature.CopyTo(target);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], EntryLength);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], Tail);
        BinaryPrimitives.WriteUInt64LittleEndian(target[16..], SequenceNumber);
        BinaryPrimitives.WriteUInt32LittleEndian(target[24..], DescriptorCount);
        LogGuid.TryWriteBytes(target[32..]);
        BinaryPrimitives.WriteInt64LittleEndian(target[48..], FlushedFileOffset);
        BinaryPrimitives.WriteInt64LittleEndian(target[56..], LastFileOffset);
    }
}
