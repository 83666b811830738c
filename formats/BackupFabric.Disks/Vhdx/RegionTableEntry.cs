using System.Buffers.Binary;

namespace BackupFabric.Disks.Vhdx;

/// <summary>[MS-VHDX] 2.2.3.2.</summary>
internal sealed record RegionTableEntry(Guid Region, long FileOffset, uint Length, bool Required)
{
    public const int Size = 32;

    public static readonly Guid BatRegion = new("2DC27766-F623-4200-9D64-115E9BFD4A08");
    public static readonly Guid MetadataRegion = new("8B7CA206-4790-4B9A-B8FE-575F050F886E");

    public static RegionTableEntry Parse(ReadOnlySpan<byte> data) => new(
        new Guid(data[..16]),
        BinaryPrimitives.ReadInt64LittleEndian(data[16..]),
        BinaryPrimitives.ReadUInt32LittleEndian(data[24..]),
        (BinaryPrimitives.ReadUInt32LittleEndian(data[28..]) & 1) != 0);

    public void Write(Span<byte> target)
    {
        Region.TryWriteBytes(target);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], FileOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(target[24..], Length);
        BinaryPrimitives.WriteUInt32LittleEndian(target[28..], Required ? 1u : 0u);
    }
}
