using System.Numerics;
using System.Text;
using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhd;

/// <summary>Reads the structures of a VHD and opens its parents.</summary>
internal static class VhdOpener
{
    private const int BlockSizeMin = 512 << 10;
    private const int BlockSizeMax = 256 << 20;
    private const int LocatorLengthMax = 64 << 10;

    public static LayeredDisk Open(IImageFile file, bool bulk, ImageChain chain)
    {
        chain.Enter(file.Path);
        VhdFooter footer = ReadFooter(file, out bool atEnd);
        if (footer.CurrentSize is <= 0 or > VhdFooter.DiskSizeMax || footer.CurrentSize % 512 != 0)
            throw ImageFault.Damaged(file.Path, $"its disk size is {footer.CurrentSize}, which no VHD can have");
        switch (footer.DiskType)
        {
            case VhdDiskType.Fixed when footer.CurrentSize > file.Length - VhdFooter.Size:
                throw ImageFault.Damaged(file.Path, $"it should hold {footer.CurrentSize} bytes and has {file.Length}");
            case VhdDiskType.Fixed:
                return new VhdFixedDisk(file, footer);
            case VhdDiskType.Dynamic or VhdDiskType.Differencing:
                return OpenDynamic(file, footer, atEnd, bulk, chain);
            default:
                throw ImageFault.Unsupported(file.Path, $"its disk type is {(uint)footer.DiskType}", "Fixed, dynamic and differencing VHD files are read.");
        }
    }

    private static VhdFooter ReadFooter(IImageFile file, out bool atEnd)
    {
        Span<byte> data = stackalloc byte[VhdFooter.Size];
        if (file.Length < VhdFooter.Size) throw ImageFault.Damaged(file.Path, "it is shorter than a footer");
        file.Read(file.Length - VhdFooter.Size, data);
        VhdFooter? footer = VhdFooter.TryParse(data);
        atEnd = footer is not null;
        if (footer is not null) return footer;
        file.Read(0, data);
        return VhdFooter.TryParse(data) ?? throw ImageFault.Damaged(file.Path, "neither its footer nor a copy of it is intact");
    }

    private static VhdDynamicDisk OpenDynamic(IImageFile file, VhdFooter footer, bool footerAtEnd, bool bulk, ImageChain chain)
    {
        bool differencing = footer.DiskType == VhdDiskType.Differencing;
        if (differencing && file.CanWrite)
            throw ImageFault.Unsupported(file.Path, "it is a differencing VHD, which is only read", "Open it read-only, or convert it to VHDX.");
        VhdDynamicHeader header = ReadHeader(file, footer);
        VhdBlockTable table = VhdBlockTable.Read(file, header, footer.CurrentSize);
        LayeredDisk? parent = differencing ? OpenParent(file, header, chain) : null;
        long end = Math.Max(table.End, footerAtEnd ? file.Length - VhdFooter.Size : file.Length);
        VhdWriter? writer = file.CanWrite ? new VhdWriter(file, footer, table, bulk, (end + 511) / 512 * 512) : null;
        return new VhdDynamicDisk(file, footer, table, parent, writer);
    }

    private static VhdDynamicHeader ReadHeader(IImageFile file, VhdFooter footer)
    {
        if (footer.DataOffset < VhdFooter.Size || footer.DataOffset > file.Length - VhdDynamicHeader.Size)
            throw ImageFault.Damaged(file.Path, $"its dynamic header is said to lie at {footer.DataOffset}, outside of the file");
        Span<byte> data = stackalloc byte[VhdDynamicHeader.Size];
        file.Read(footer.DataOffset, data);
        VhdDynamicHeader header = VhdDynamicHeader.TryParse(data) ?? throw ImageFault.Damaged(file.Path, "its dynamic header is not intact");
        if (!BitOperations.IsPow2(header.BlockSize) || header.BlockSize is < BlockSizeMin or > BlockSizeMax)
            throw ImageFault.Unsupported(file.Path, $"its block size is {header.BlockSize}", "Powers of two from 512 KiB to 256 MiB are read.");
        long blocks = ((footer.CurrentSize - 1) / header.BlockSize) + 1;
        if (header.TableEntries < blocks || header.TableOffset < 0 || header.TableOffset > file.Length - (blocks * sizeof(uint)))
            throw ImageFault.Damaged(file.Path, $"its block table of {header.TableEntries} entries at {header.TableOffset} does not hold {blocks} blocks");
        return header;
    }

    private static LayeredDisk OpenParent(IImageFile file, VhdDynamicHeader header, ImageChain chain)
    {
        string[] candidates = [.. Candidates(file, header).Distinct()];
        string? mismatch = null;
        foreach (string candidate in candidates)
        {
            if (!chain.Store.Exists(candidate)) continue;
            IImageFile parentFile = chain.Store.Open(candidate, writable: false);
            try
            {
                if (parentFile.Length >= VhdFooter.Size && ImageSignature.Detect(parentFile) == DiskFormat.Vhd && ReadFooter(parentFile, out _).UniqueId == header.ParentUniqueId)
                    return Open(parentFile, bulk: false, chain);
                mismatch ??= candidate;
                parentFile.Dispose();
            }
            catch
            {
                parentFile.Dispose();
                throw;
            }
        }

        throw mismatch is not null ? ImageFault.ParentMismatch(file.Path, mismatch) : ImageFault.ParentMissing(file.Path, candidates);
    }

    private static List<string> Candidates(IImageFile file, VhdDynamicHeader header)
    {
        string? relative = LocatorText(file, header, VhdParentLocatorEntry.W2ru);
        string? absolute = LocatorText(file, header, VhdParentLocatorEntry.W2ku);
        return ParentPath.Candidates(file.Path, relative, null, absolute, header.ParentName);
    }

    private static string? LocatorText(IImageFile file, VhdDynamicHeader header, uint platform)
    {
        foreach (VhdParentLocatorEntry entry in header.ParentLocators)
        {
            if (entry.PlatformCode != platform || entry.DataLength == 0) continue;
            if (entry.DataLength > LocatorLengthMax || entry.DataOffset < 0 || entry.DataOffset > file.Length - entry.DataLength)
                throw ImageFault.Damaged(file.Path, "its parent locator lies outside of the file");
            byte[] text = new byte[entry.DataLength];
            file.Read(entry.DataOffset, text);
            return Encoding.Unicode.GetString(text).TrimEnd('\0');
        }

        return null;
    }
}
