using System.Buffers;
using System.Buffers.Binary;
using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhdx;

/// <summary>[MS-VHDX] 2.2.3: where the block allocation table and the metadata lie. Kept twice.</summary>
internal sealed record RegionTable(RegionTableEntry Bat, RegionTableEntry Metadata, IReadOnlyList<RegionTableEntry> All)
{
    public const int Size = 64 * VhdxLayout.KiB;

    private const int HeaderSize = 16;
    private const int EntriesMax = 2047;

    public static ReadOnlySpan<byte> Signature => "regi"u8;

    public static RegionTable Read(IImageFile file, FileSpace space)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Size);
        try
        {
            Span<byte> table = buffer.AsSpan(0, Size);
            file.Read(VhdxLayout.RegionTable1Offset, table);
            if (!IsIntact(table)) file.Read(VhdxLayout.RegionTable2Offset, table);
            if (!IsIntact(table)) throw ImageFault.Damaged(file.Path, "neither of its two region tables is intact");
            return Parse(file, space, table);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public static void Write(Span<byte> target, RegionTableEntry bat, RegionTableEntry metadata)
    {
        target[..Size].Clear();
        Signature.CopyTo(target);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], 2);
        bat.Write(target[HeaderSize..]);
        metadata.Write(target[(HeaderSize + RegionTableEntry.Size)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], Crc32C.OfStructure(target[..Size]));
    }

    private static bool IsIntact(ReadOnlySpan<byte> table) =>
        table.StartsWith(Signature) && BinaryPrimitives.ReadUInt32LittleEndian(table[4..]) == Crc32C.OfStructure(table);

    private static RegionTable Parse(IImageFile file, FileSpace space, ReadOnlySpan<byte> table)
    {
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(table[8..]);
        if (count > EntriesMax) throw ImageFault.Damaged(file.Path, $"its region table claims {count} entries");
        List<RegionTableEntry> all = [];
        RegionTableEntry? bat = null, metadata = null;
        for (int i = 0; i < count; i++)
        {
            RegionTableEntry entry = RegionTableEntry.Parse(table.Slice(HeaderSize + (i * RegionTableEntry.Size), RegionTableEntry.Size));
            space.Claim(entry.FileOffset, entry.Length, "a region");
            all.Add(entry);
            if (entry.Region == RegionTableEntry.BatRegion) bat = Only(file, bat, entry);
            else if (entry.Region == RegionTableEntry.MetadataRegion) metadata = Only(file, metadata, entry);
            else if (entry.Required)
                throw ImageFault.Unsupported(file.Path, $"it has a region of an unknown kind ({entry.Region}) that must be understood", "Convert it with the program that made it.");
        }

        if (bat is null || metadata is null) throw ImageFault.Damaged(file.Path, "its region table does not name both the block table and the metadata");
        return new RegionTable(bat, metadata, all);
    }

    private static RegionTableEntry Only(IImageFile file, RegionTableEntry? earlier, RegionTableEntry entry) =>
        earlier is null ? entry : throw ImageFault.Damaged(file.Path, "its region table names the same region twice");
}
