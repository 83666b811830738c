using System.Buffers.Binary;
using BackupFabric.Disks.Files;
using BackupFabric.Disks.Vhd;
using BackupFabric.Disks.Vhdx;

namespace BackupFabric.Disks;

/// <summary>Tells from its first and last bytes what a file is.</summary>
internal static class ImageSignature
{
    private const string Convert = "Convert it to VHDX first, for example with 'qemu-img convert -O vhdx'.";
    private const string Unpack = "Unpack it first and open what was in it.";
    private const int HeadLength = 512;
    private const int VdiMagicOffset = 64;
    private const uint VdiMagic = 0xBEDA107F;

    private static readonly (byte[] Magic, string Kind, string Advice)[] Foreign =
    [
        ([.. "QFI"u8, 0xFB], "a QCOW image", Convert),
        ([.. "QED\0"u8], "a QED image", Convert),
        ([.. "KDMV"u8], "a VMDK image", Convert),
        ([.. "COWD"u8], "a VMDK image", Convert),
        ([.. "# Disk DescriptorFile"u8], "a VMDK descriptor", Convert),
        ([.. "WithoutFreeSpace"u8], "a Parallels image", Convert),
        ([.. "WithouFreSpacExt"u8], "a Parallels image", Convert),
        ([0x1F, 0x8B], "a gzip archive", Unpack),
        ([0x28, 0xB5, 0x2F, 0xFD], "a zstd archive", Unpack),
        ([0xFD, .. "7zXZ\0"u8], "an xz archive", Unpack),
        ([.. "BZh"u8], "a bzip2 archive", Unpack),
        ([0x04, 0x22, 0x4D, 0x18], "an lz4 archive", Unpack),
        ([.. "PK"u8, 3, 4], "a zip archive", Unpack),
        ([.. "7z"u8, 0xBC, 0xAF, 0x27, 0x1C], "a 7-Zip archive", Unpack),
        ([.. "Rar!"u8], "a RAR archive", Unpack),
        ([.. "MSWIM\0"u8], "a Windows image (WIM)", "Apply it to a disk; it holds files, not a disk."),
    ];

    public static DiskFormat Detect(IImageFile file)
    {
        long length = file.Length;
        if (length == 0) throw ImageFault.Unknown(file.Path, "it is empty");
        Span<byte> head = stackalloc byte[(int)Math.Min(HeadLength, length)];
        file.Read(0, head);
        if (head.StartsWith(FileTypeIdentifier.Signature)) return DiskFormat.Vhdx;
        if (head.StartsWith(VhdFooter.Cookie) || VhdFooter.IsAtEndOf(file)) return DiskFormat.Vhd;
        foreach ((byte[] magic, string kind, string advice) in Foreign)
        {
            if (head.StartsWith(magic)) throw ImageFault.Foreign(file.Path, kind, advice);
        }

        if (head.Length >= VdiMagicOffset + 4 && BinaryPrimitives.ReadUInt32LittleEndian(head[VdiMagicOffset..]) == VdiMagic)
            throw ImageFault.Foreign(file.Path, "a VDI image", Convert);
        RequireRaw(file, length);
        return DiskFormat.Raw;
    }

    /// <summary>Anything can be a raw disk, so what calls itself something else is not taken for one.</summary>
    private static void RequireRaw(IImageFile file, long length)
    {
        string extension = Path.GetExtension(file.Path).ToUpperInvariant();
        if (extension is ".VHDX" or ".AVHDX" or ".VHD" or ".AVHD")
            throw ImageFault.Damaged(file.Path, $"by its name it is a {extension[1..]} file, and the signature of that format is missing");
        if (length % 512 != 0) throw ImageFault.Unknown(file.Path, $"it has no known signature, and its {length} bytes are no whole number of 512-byte sectors");
    }
}
