using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhdx;

/// <summary>Writes a new parent locator into a differencing file, through the log, in one entry.</summary>
internal static class VhdxRelink
{
    public static async Task RunAsync(IImageStore store, string childPath, string parentPath, bool evenIfContentsDiffer)
    {
        Guid contents;
        using (IImageFile parentFile = store.Open(parentPath, writable: false))
        {
            await using VhdxDisk parent = VhdxOpener.Open(parentFile, VhdxAccess.Read, new ImageChain(store));
            contents = parent.DataWriteGuid;
        }

        using IImageFile file = store.Open(childPath, writable: true);
        HeaderPair headers = HeaderPair.Read(file);
        if (LogSequence.Read(file, headers.Current) is { } sequence) LogReplay.Run(file, headers, sequence);
        FileSpace space = new(file.Path, file.Length);
        RegionTable regions = RegionTable.Read(file, space);
        MetadataTable metadata = MetadataTable.Read(file, regions.Metadata);
        DiskParameters parameters = DiskParameters.Read(file, metadata);
        if (!parameters.HasParent) throw ImageFault.Unsupported(childPath, "it has no parent that could be exchanged", "Only differencing images are linked to parents.");
        if (!evenIfContentsDiffer && !VhdxOpener.ReadLocator(file, metadata).Accepts(contents)) throw ImageFault.ParentMismatch(childPath, parentPath);

        BlockAllocationTable table = BlockAllocationTable.Read(file, parameters, regions.Bat, space);
        BlockMap map = new(parameters, table, new SectorBitmaps(file, parameters));
        VhdxWriter writer = new(file, headers, map, null, VhdxAccess.Merge, VhdxLayout.RoundUp(Math.Max(file.Length, space.End), VhdxLayout.MiB));
        writer.WritePages(Pages(file, metadata, ParentLocator.For(childPath, parentPath, contents).ToBytes()));
        writer.Close();
    }

    private static Dictionary<long, byte[]> Pages(IImageFile file, MetadataTable metadata, byte[] item)
    {
        Dictionary<long, byte[]> pages = [];
        int index = metadata.Entries.ToList().FindIndex(e => !e.IsUser && e.ItemId == MetadataTableEntry.ParentLocator);
        MetadataTableEntry entry = metadata.Entries[index];
        long place = Room(file, metadata, entry, item.Length);
        Put(file, pages, metadata.Region.FileOffset + place, item);
        byte[] changed = new byte[MetadataTableEntry.Size];
        (entry with { Offset = (uint)place, Length = (uint)item.Length }).Write(changed);
        Put(file, pages, metadata.Region.FileOffset + MetadataTable.EntryOffset(index), changed);
        return pages;
    }

    /// <summary>Its old place if it fits, else behind everything, on a page of its own.</summary>
    private static long Room(IImageFile file, MetadataTable metadata, MetadataTableEntry entry, int length)
    {
        if (length <= entry.Length) return entry.Offset;
        bool last = metadata.Entries.All(e => e.Offset <= entry.Offset);
        long place = last ? entry.Offset : VhdxLayout.RoundUp(metadata.Entries.Max(e => (long)e.Offset + e.Length), VhdxLayout.PageSize);
        return place + length <= metadata.Region.Length ? place
            : throw ImageFault.Unsupported(file.Path, "its metadata have no room for a longer path to the parent", "Move the parent to a shorter path.");
    }

    private static void Put(IImageFile file, Dictionary<long, byte[]> pages, long offset, ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            long at = offset - (offset % VhdxLayout.PageSize);
            if (!pages.TryGetValue(at, out byte[]? page))
            {
                pages[at] = page = new byte[VhdxLayout.PageSize];
                file.Read(at, page);
            }

            int inside = (int)(offset - at);
            int here = Math.Min(data.Length, VhdxLayout.PageSize - inside);
            data[..here].CopyTo(page.AsSpan(inside));
            data = data[here..];
            offset += here;
        }
    }
}
