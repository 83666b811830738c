using System.Buffers.Binary;
using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhd;

/// <summary>"Hard Disk Footer Format" of the VHD specification: the last 512 bytes; dynamic files have a copy at their start. All numbers big-endian.</summary>
internal sealed record VhdFooter(long DataOffset, uint TimeStamp, long CurrentSize, VhdDiskType DiskType, Guid UniqueId)
{
    public const int Size = 512;

    /// <summary>What a VHD can hold at most: 2040 GiB.</summary>
    public const long DiskSizeMax = 2040L << 30;

    private const int ChecksumOffset = 64;
    private const uint FeaturesReserved = 2;
    private const uint Version1 = 0x0001_0000;

    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static ReadOnlySpan<byte> Cookie => "conectix"u8;

    public static uint TimeStampOf(DateTimeOffset time) => (uint)Math.Clamp((time - Epoch).TotalSeconds, 0, uint.MaxValue);

    public static bool IsAtEndOf(IImageFile file)
    {
        if (file.Length < Size) return false;
        Span<byte> cookie = stackalloc byte[8];
        file.Read(file.Length - Size, cookie);
        return cookie.SequenceEqual(Cookie);
    }

    public static VhdFooter? TryParse(ReadOnlySpan<byte> data)
    {
        if (!data.StartsWith(Cookie) || BinaryPrimitives.ReadUInt32BigEndian(data[ChecksumOffset..]) != VhdChecksum.Of(data[..Size], ChecksumOffset)) return null;
        return new VhdFooter(
            BinaryPrimitives.ReadInt64BigEndian(data[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(data[24..]),
            BinaryPrimitives.ReadInt64BigEndian(data[48..]),
            (VhdDiskType)BinaryPrimitives.ReadUInt32BigEndian(data[60..]),
            new Guid(data.Slice(68, 16), bigEndian: true));
    }

    public void Write(Span<byte> target)
    {
        target[..Size].Clear();
        Cookie.CopyTo(target);
        BinaryPrimitives.WriteUInt32BigEndian(target[8..], FeaturesReserved);
        BinaryPrimitives.WriteUInt32BigEndian(target[12..], Version1);
        BinaryPrimitives.WriteInt64BigEndian(target[16..], DataOffset);
        BinaryPrimitives.WriteUInt32BigEndian(target[24..], TimeStamp);
        // Readers take the size from the geometry, which is coarser, unless they know the creator for one that means the size field.
        "win "u8.CopyTo(target[28..]);
        BinaryPrimitives.WriteUInt32BigEndian(target[32..], 0x000A_0000);
        "Wi2k"u8.CopyTo(target[36..]);
        BinaryPrimitives.WriteInt64BigEndian(target[40..], CurrentSize);
        BinaryPrimitives.WriteInt64BigEndian(target[48..], CurrentSize);
        VhdGeometry.For(CurrentSize / 512).Write(target[56..]);
        BinaryPrimitives.WriteUInt32BigEndian(target[60..], (uint)DiskType);
        UniqueId.TryWriteBytes(target[68..], bigEndian: true, out _);
        BinaryPrimitives.WriteUInt32BigEndian(target[ChecksumOffset..], VhdChecksum.Of(target[..Size], ChecksumOffset));
    }
}
