using System.Buffers.Binary;

namespace BackupFabric.Disks.Vhd;

/// <summary>"Appendix: CHS Calculation" of the VHD specification.</summary>
internal readonly record struct VhdGeometry(ushort Cylinders, byte Heads, byte SectorsPerTrack)
{
    private const long SectorsMax = 65535L * 16 * 255;

    public static VhdGeometry For(long totalSectors)
    {
        long sectors = Math.Min(totalSectors, SectorsMax);
        if (sectors >= 65535L * 16 * 63) return new VhdGeometry((ushort)(sectors / 255 / 16), 16, 255);
        int perTrack = 17;
        long tracks = sectors / perTrack;
        int heads = Math.Max((int)((tracks + 1023) / 1024), 4);
        if (tracks >= heads * 1024 || heads > 16)
        {
            (perTrack, heads) = (31, 16);
            tracks = sectors / perTrack;
        }

        if (tracks >= heads * 1024)
        {
            (perTrack, heads) = (63, 16);
            tracks = sectors / perTrack;
        }

        return new VhdGeometry((ushort)(tracks / heads), (byte)heads, (byte)perTrack);
    }

    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt16BigEndian(target, Cylinders);
        target[2] = Heads;
        target[3] = SectorsPerTrack;
    }
}
