using System.Buffers;
using System.Buffers.Binary;
using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhdx;

/// <summary>[MS-VHDX] 2.6.1: the table of metadata items at the start of the metadata region.</summary>
internal sealed record MetadataTable(RegionTableEntry Region, IReadOnlyList<MetadataTableEntry> Entries)
{
    public const int Size = 64 * VhdxLayout.KiB;

    private const int HeaderSize = 32;
    private const int EntriesMax = 2047;
    private const int ItemLengthMax = VhdxLayout.MiB;

    public static ReadOnlySpan<byte> Signature => "metadata"u8;

    public static MetadataTable Read(IImageFile file, RegionTableEntry region)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Size);
        try
        {
            Span<byte> table = buffer.AsSpan(0, Size);
            file.Read(region.FileOffset, table);
            if (!table.StartsWith(Signature)) throw ImageFault.Damaged(file.Path, "its metadata table has no signature");
            return new MetadataTable(region, Parse(file, region, table));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public static void Write(Span<byte> target, IReadOnlyList<MetadataTableEntry> entries)
    {
        target[..Size].Clear();
        Signature.CopyTo(target);
        BinaryPrimitives.WriteUInt16LittleEndian(target[10..], (ushort)entries.Count);
        for (int i = 0; i < entries.Count; i++) entries[i].Write(target[EntryOffset(i)..]);
    }

    public static int EntryOffset(int index) => HeaderSize + (index * MetadataTableEntry.Size);

    public MetadataTableEntry? Find(Guid item) => Entries.FirstOrDefault(e => !e.IsUser && e.ItemId == item);

    /// <summary>The bytes of an item that must be there with at least this length.</summary>
    public byte[] ReadItem(IImageFile file, Guid item, string name, int leastLength)
    {
        MetadataTableEntry entry = Find(item) ?? throw ImageFault.Damaged(file.Path, $"its metadata lack the {name}");
        if (entry.Length < leastLength) throw ImageFault.Damaged(file.Path, $"the {name} in its metadata has {entry.Length} bytes");
        byte[] data = new byte[entry.Length];
        file.Read(Region.FileOffset + entry.Offset, data);
        return data;
    }

    private static List<MetadataTableEntry> Parse(IImageFile file, RegionTableEntry region, ReadOnlySpan<byte> table)
    {
        int count = BinaryPrimitives.ReadUInt16LittleEndian(table[10..]);
        if (count > EntriesMax) throw ImageFault.Damaged(file.Path, $"its metadata table claims {count} entries");
        List<MetadataTableEntry> entries = new(count);
        HashSet<(Guid, bool)> seen = [];
        for (int i = 0; i < count; i++)
        {
            MetadataTableEntry entry = MetadataTableEntry.Parse(table.Slice(EntryOffset(i), MetadataTableEntry.Size));
            if (!seen.Add((entry.ItemId, entry.IsUser))) throw ImageFault.Damaged(file.Path, $"its metadata name item {entry.ItemId} twice");
            bool inside = entry.Length == 0 || (entry.Offset >= Size && entry.Length <= ItemLengthMax && (long)entry.Offset + entry.Length <= region.Length);
            if (!inside) throw ImageFault.Damaged(file.Path, $"metadata item {entry.ItemId} lies outside its region");
            if (entry.IsRequired && !entry.IsKnown)
                throw ImageFault.Unsupported(file.Path, $"it has a metadata item of an unknown kind ({entry.ItemId}) that must be understood", "Convert it with the program that made it.");
            entries.Add(entry);
        }

        return entries;
    }
}
