namespace BackupFabric.Disks.Vhdx;

/// <summary>Fixed places and units of the file format ([MS-VHDX] 2.2).</summary>
internal static class VhdxLayout
{
    public const int KiB = 1 << 10;
    public const int MiB = 1 << 20;

    public const long Header1Offset = 64 * KiB;
    public const long Header2Offset = 128 * KiB;
    public const long RegionTable1Offset = 192 * KiB;
    public const long RegionTable2Offset = 256 * KiB;

    /// <summary>The header section; everything else lies behind it, in units of 1 MiB.</summary>
    public const long HeaderSectionEnd = MiB;

    /// <summary>The unit of the log, and so of every table change.</summary>
    public const int PageSize = 4 * KiB;

    /// <summary>A sector bitmap block; one covers 2^23 sectors.</summary>
    public const int SectorBitmapSize = MiB;

    public const long DiskSizeMax = 64L << 40;
    public const int BlockSizeMin = MiB;
    public const int BlockSizeMax = 256 * MiB;

    /// <summary>No sound file is larger: 64 TiB of data and its tables. Bounds what hostile offsets can make us reserve.</summary>
    public const long FileSizeMax = 128L << 40;

    public static long RoundUp(long value, long unit) => (value + unit - 1) / unit * unit;
}
