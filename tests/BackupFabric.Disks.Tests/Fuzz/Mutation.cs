using System.Buffers.Binary;
using BackupFabric.Disks.Files;
using BackupFabric.Disks.Vhd;
using BackupFabric.Disks.Vhdx;

namespace BackupFabric.Disks.Tests.Fuzz;

/// <summary>Damages the structures of an image, and often makes their checksums right again, so that the damage is looked at.</summary>
internal static class Mutation
{
    private static readonly long[] Interesting =
    [
        0, 1, 2, 3, 6, 7, 511, 512, 4095, 4096, 65535, 65536, 1 << 20, 1 << 30, int.MaxValue, uint.MaxValue, 1L << 32, 1L << 40, 1L << 46, 1L << 62, long.MaxValue, long.MinValue, -1, -4096,
    ];

    public static void Vhdx(IImageFile file, Random random)
    {
        VhdxHeader header = HeaderPair.Read(file).Current;
        for (int i = 1 + random.Next(3); i > 0; i--)
        {
            switch (random.Next(7))
            {
                case 0:
                    Damage(file, random, VhdxLayout.Header1Offset, 80);
                    Damage(file, random, VhdxLayout.Header2Offset, 80);
                    break;
                case 1:
                    Damage(file, random, VhdxLayout.RegionTable1Offset, 96);
                    if (random.Next(2) == 0) Damage(file, random, VhdxLayout.RegionTable2Offset, 96);
                    break;
                case 2:
                    Damage(file, random, 2 * VhdxLayout.MiB, 32 + (7 * 32));
                    break;
                case 3:
                    Damage(file, random, (2 * VhdxLayout.MiB) + MetadataTable.Size, 48);
                    break;
                case 4:
                    Damage(file, random, (2 * VhdxLayout.MiB) + MetadataTable.Size + 4096, 300);
                    break;
                case 5:
                    Damage(file, random, 3 * VhdxLayout.MiB, 80);
                    break;
                default:
                    DamageLog(file, random, header);
                    break;
            }
        }

        if (random.Next(4) == 0) return;
        SumUp(file, VhdxLayout.Header1Offset, VhdxHeader.Size);
        SumUp(file, VhdxLayout.Header2Offset, VhdxHeader.Size);
        SumUp(file, VhdxLayout.RegionTable1Offset, RegionTable.Size);
        SumUp(file, VhdxLayout.RegionTable2Offset, RegionTable.Size);
    }

    public static void Vhd(IImageFile file, Random random)
    {
        bool sum = random.Next(4) != 0;
        switch (random.Next(3))
        {
            case 0:
                Damage(file, random, file.Length - VhdFooter.Size, 90);
                if (sum) SumUpVhd(file, file.Length - VhdFooter.Size, VhdFooter.Size, 64);
                break;
            case 1:
                Damage(file, random, VhdFooter.Size, 800);
                if (sum) SumUpVhd(file, VhdFooter.Size, VhdDynamicHeader.Size, 36);
                break;
            default:
                Damage(file, random, 1536, 16);
                break;
        }
    }

    private static void DamageLog(IImageFile file, Random random, VhdxHeader header)
    {
        byte[] log = new byte[header.LogLength];
        file.Read(header.LogOffset, log);
        List<int> entries = [.. Enumerable.Range(0, log.Length / 4096).Select(s => s * 4096).Where(p => log.AsSpan(p).StartsWith(LogEntryHeader.Signature))];
        if (entries.Count == 0) return;
        int at = entries[random.Next(entries.Count)];
        Damage(file, random, header.LogOffset + at, 64 + (3 * 32));
        uint length = LogEntryHeader.TryParse(log.AsSpan(at))!.EntryLength;
        if (random.Next(4) != 0 && length >= LogEntryHeader.Size && at + length <= log.Length) SumUp(file, header.LogOffset + at, (int)length);
    }

    private static void Damage(IImageFile file, Random random, long offset, int length)
    {
        byte[] area = new byte[length];
        if (offset < 0 || offset > file.Length - length) return;
        file.Read(offset, area);
        for (int i = 1 + random.Next(2); i > 0; i--)
        {
            int at = random.Next(length);
            switch (random.Next(4))
            {
                case 0:
                    area[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    area[at] = (byte)random.Next(256);
                    break;
                case 2:
                    at = Math.Min(at & ~3, length - 4);
                    int word = (int)Interesting[random.Next(Interesting.Length)];
                    BinaryPrimitives.WriteInt32LittleEndian(area.AsSpan(at), random.Next(2) == 0 ? word : BinaryPrimitives.ReverseEndianness(word));
                    break;
                default:
                    at = Math.Min(at & ~7, length - 8);
                    long value = Interesting[random.Next(Interesting.Length)];
                    BinaryPrimitives.WriteInt64LittleEndian(area.AsSpan(at), random.Next(2) == 0 ? value : BinaryPrimitives.ReverseEndianness(value));
                    break;
            }
        }

        file.Write(offset, area);
    }

    private static void SumUp(IImageFile file, long offset, int length)
    {
        byte[] area = new byte[length];
        file.Read(offset, area);
        BinaryPrimitives.WriteUInt32LittleEndian(area.AsSpan(4), Crc32C.OfStructure(area));
        file.Write(offset, area.AsSpan(0, 8));
    }

    private static void SumUpVhd(IImageFile file, long offset, int length, int field)
    {
        byte[] area = new byte[length];
        if (offset < 0 || offset > file.Length - length) return;
        file.Read(offset, area);
        BinaryPrimitives.WriteUInt32BigEndian(area.AsSpan(field), VhdChecksum.Of(area, field));
        file.Write(offset, area);
    }
}
