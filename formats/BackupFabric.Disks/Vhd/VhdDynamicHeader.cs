using System.Buffers.Binary;
using System.Text;

namespace BackupFabric.Disks.Vhd;

/// <summary>"Dynamic Disk Header Format" of the VHD specification.</summary>
internal sealed record VhdDynamicHeader(
    long TableOffset,
    uint TableEntries,
    uint BlockSize,
    Guid ParentUniqueId,
    string ParentName,
    IReadOnlyList<VhdParentLocatorEntry> ParentLocators)
{
    public const int Size = 1024;

    private const int ChecksumOffset = 36;
    private const int ParentNameOffset = 64;
    private const int ParentNameLength = 512;
    private const int LocatorsOffset = 576;
    private const int LocatorCount = 8;
    private const uint Version1 = 0x0001_0000;

    public static ReadOnlySpan<byte> Cookie => "cxsparse"u8;

    public static VhdDynamicHeader? TryParse(ReadOnlySpan<byte> data)
    {
        if (!data.StartsWith(Cookie) || BinaryPrimitives.ReadUInt32BigEndian(data[ChecksumOffset..]) != VhdChecksum.Of(data[..Size], ChecksumOffset)) return null;
        List<VhdParentLocatorEntry> locators = [];
        for (int i = 0; i < LocatorCount; i++)
            locators.Add(VhdParentLocatorEntry.Parse(data.Slice(LocatorsOffset + (i * VhdParentLocatorEntry.Size), VhdParentLocatorEntry.Size)));
        return new VhdDynamicHeader(
            BinaryPrimitives.ReadInt64BigEndian(data[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(data[28..]),
            BinaryPrimitives.ReadUInt32BigEndian(data[32..]),
            new Guid(data.Slice(40, 16), bigEndian: true),
            Encoding.BigEndianUnicode.GetString(data.Slice(ParentNameOffset, ParentNameLength)).TrimEnd('\0'),
            locators);
    }

    public void Write(Span<byte> target)
    {
        target[..Size].Clear();
        Cookie.CopyTo(target);
        BinaryPrimitives.WriteInt64BigEndian(target[8..], -1);
        BinaryPrimitives.WriteInt64BigEndian(target[16..], TableOffset);
        BinaryPrimitives.WriteUInt32BigEndian(target[24..], Version1);
        BinaryPrimitives.WriteUInt32BigEndian(target[28..], TableEntries);
        BinaryPrimitives.WriteUInt32BigEndian(target[32..], BlockSize);
        ParentUniqueId.TryWriteBytes(target[40..], bigEndian: true, out _);
        Encoding.BigEndianUnicode.GetBytes(ParentName, target.Slice(ParentNameOffset, ParentNameLength));
        for (int i = 0; i < ParentLocators.Count; i++) ParentLocators[i].Write(target[(LocatorsOffset + (i * VhdParentLocatorEntry.Size))..]);
        BinaryPrimitives.WriteUInt32BigEndian(target[ChecksumOffset..], VhdChecksum.Of(target[..Size], ChecksumOffset));
    }
}
