using System.Buffers.Binary;

namespace BackupFabric.Disks.Vhd;

/// <summary>"Parent Locator Entry" of the VHD specification: where in the file one spelling of the parent's path lies.</summary>
internal readonly record struct VhdParentLocatorEntry(uint PlatformCode, uint DataSpace, uint DataLength, long DataOffset)
{
    public const int Size = 24;

    /// <summary>Windows relative path in UTF-16.</summary>
    public const uint W2ru = 0x57327275;

    /// <summary>Windows absolute path in UTF-16.</summary>
    public const uint W2ku = 0x57326B75;

    public static VhdParentLocatorEntry Parse(ReadOnlySpan<byte> data) => new(
        BinaryPrimitives.ReadUInt32BigEndian(data),
        BinaryPrimitives.ReadUInt32BigEndian(data[4..]),
        BinaryPrimitives.ReadUInt32BigEndian(data[8..]),
        BinaryPrimitives.ReadInt64BigEndian(data[16..]));

    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt32BigEndian(target, PlatformCode);
        BinaryPrimitives.WriteUInt32BigEndian(target[4..], DataSpace);
        BinaryPrimitives.WriteUInt32BigEndian(target[8..], DataLength);
        BinaryPrimitives.WriteInt64BigEndian(target[16..], DataOffset);
    }
}
