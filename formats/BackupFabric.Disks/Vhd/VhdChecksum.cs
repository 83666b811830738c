namespace BackupFabric.Disks.Vhd;

/// <summary>The complement of the sum of all bytes, the checksum's own four taken as zero.</summary>
internal static class VhdChecksum
{
    public static uint Of(ReadOnlySpan<byte> data, int field)
    {
        uint sum = 0;
        for (int i = 0; i < data.Length; i++)
        {
            if (i < field || i >= field + 4) sum += data[i];
        }

        return ~sum;
    }
}
