using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhd;

/// <summary>Lays out a new fixed or dynamic VHD: footer copy, header, table, footer.</summary>
internal static class VhdCreator
{
    private const int BlockSize = 2 << 20;
    private const long HeaderOffset = VhdFooter.Size;
    private const long TableOffset = HeaderOffset + VhdDynamicHeader.Size;
    private const int WriteAtOnce = 64 << 10;

    public static void Write(IImageFile file, DiskImageOptions options)
    {
        Check(file.Path, options);
        bool dynamic = options.Kind == DiskKind.Dynamic;
        VhdFooter footer = new(
            dynamic ? HeaderOffset : -1,
            VhdFooter.TimeStampOf(TimeProvider.System.GetUtcNow()),
            options.Length,
            dynamic ? VhdDiskType.Dynamic : VhdDiskType.Fixed,
            options.DiskId ?? Guid.NewGuid());
        Span<byte> sector = stackalloc byte[VhdFooter.Size];
        footer.Write(sector);
        long end = dynamic ? WriteTables(file, options.Length) : options.Length;
        file.SetLength(end + VhdFooter.Size);
        file.Write(end, sector);
        if (dynamic) file.Write(0, sector);
        file.Flush();
    }

    private static void Check(string path, DiskImageOptions options)
    {
        const string advice = "Choose VHDX, or a size and sector size that the VHD format has.";
        if (options.Length is <= 0 or > VhdFooter.DiskSizeMax) throw ImageFault.Options(path, $"a VHD holds at most 2040 GiB, not {options.Length} bytes", advice);
        if (options.Length % 512 != 0) throw ImageFault.Options(path, $"its length {options.Length} is not a whole number of 512-byte sectors", advice);
        if (options.LogicalSectorSize != 512) throw ImageFault.Options(path, $"a VHD has sectors of 512 bytes, not of {options.LogicalSectorSize}", advice);
        if (options.BlockSize is not (0 or BlockSize)) throw ImageFault.Options(path, $"a VHD is made with blocks of 2 MiB, not of {options.BlockSize} bytes", advice);
    }

    private static long WriteTables(IImageFile file, long length)
    {
        long blocks = ((length - 1) / BlockSize) + 1;
        long tableLength = ((blocks * sizeof(uint)) + 511) / 512 * 512;
        Span<byte> header = stackalloc byte[VhdDynamicHeader.Size];
        new VhdDynamicHeader(TableOffset, (uint)blocks, BlockSize, Guid.Empty, "", []).Write(header);
        file.Write(HeaderOffset, header);

        byte[] absent = new byte[Math.Min(tableLength, WriteAtOnce)];
        absent.AsSpan().Fill(byte.MaxValue);
        for (long done = 0; done < tableLength; done += absent.Length)
            file.Write(TableOffset + done, absent.AsSpan(0, (int)Math.Min(absent.Length, tableLength - done)));
        return TableOffset + tableLength;
    }
}
