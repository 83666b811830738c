using System.Buffers.Binary;

namespace BackupFabric.Disks.Vhdx;

/// <summary>[MS-VHDX] 2.6.1.2.</summary>
internal sealed record MetadataTableEntry(Guid ItemId, uint Offset, uint Length, bool IsUser, bool IsVirtualDisk, bool IsRequired)
{
    public const int Size = 32;

    public static readonly Guid FileParameters = new("CAA16737-FA36-4D43-B3B6-33F0AA44E76B");
    public static readonly Guid VirtualDiskSize = new("2FA54224-CD1B-4876-B211-5DBED83BF4B8");
    public static readonly Guid VirtualDiskId = new("BECA12AB-B2E6-4523-93EF-C309E000C746");
    public static readonly Guid LogicalSectorSize = new("8141BF1D-A96F-4709-BA47-F233A8FAAB5F");
    public static readonly Guid PhysicalSectorSize = new("CDA348C7-445D-4471-9CC9-E9885251C556");
    public static readonly Guid ParentLocator = new("A8D35F2D-B30B-454D-ABF7-D3D84834AB0C");

    public bool IsKnown => !IsUser && (ItemId == FileParameters || ItemId == VirtualDiskSize || ItemId == VirtualDiskId
        || ItemId == LogicalSectorSize || ItemId == PhysicalSectorSize || ItemId == ParentLocator);

    public static MetadataTableEntry Parse(ReadOnlySpan<byte> data)
    {
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(data[24..]);
        return new MetadataTableEntry(
            new Guid(data[..16]),
            BinaryPrimitives.ReadUInt32LittleEndian(data[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(data[20..]),
            (flags & 1) != 0,
            (flags & 2) != 0,
            (flags & 4) != 0);
    }

    public void Write(Span<byte> target)
    {
        target[..Size].Clear();
        ItemId.TryWriteBytes(target);
        BinaryPrimitives.WriteUInt32LittleEndian(target[16..], Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(target[20..], Length);
        BinaryPrimitives.WriteUInt32LittleEndian(target[24..], (IsUser ? 1u : 0u) | (IsVirtualDisk ? 2u : 0u) | (IsRequired ? 4u : 0u));
    }
}
