using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhdx;

/// <summary>Reads the structures of a VHDX, its log replayed, and opens its parents.</summary>
internal static class VhdxOpener
{
    public static VhdxDisk Open(IImageFile file, VhdxAccess access, ImageChain chain)
    {
        chain.Enter(file.Path);
        HeaderPair headers = HeaderPair.Read(file);
        if (LogSequence.Read(file, headers.Current) is { } sequence)
        {
            if (access == VhdxAccess.Read) file = new ReplayedFile(file, sequence);
            else LogReplay.Run(file, headers, sequence);
        }

        FileSpace space = new(file.Path, file.Length);
        space.Claim(headers.Current.LogOffset, headers.Current.LogLength, "the log");
        RegionTable regions = RegionTable.Read(file, space);
        MetadataTable metadata = MetadataTable.Read(file, regions.Metadata);
        DiskParameters parameters = DiskParameters.Read(file, metadata);
        BlockAllocationTable table = BlockAllocationTable.Read(file, parameters, regions.Bat, space);
        VhdxDisk? parent = parameters.HasParent ? OpenParent(file, headers.Current, metadata, parameters, chain) : null;
        BlockMap map = new(parameters, table, new SectorBitmaps(file, parameters));
        long spaceEnd = VhdxLayout.RoundUp(Math.Max(file.Length, space.End), VhdxLayout.MiB);
        return new VhdxDisk(file, headers, map, parent, access, spaceEnd);
    }

    public static ParentLocator ReadLocator(IImageFile file, MetadataTable metadata) =>
        ParentLocator.Parse(file, metadata.ReadItem(file, MetadataTableEntry.ParentLocator, "parent locator", 1));

    private static VhdxDisk OpenParent(IImageFile file, VhdxHeader header, MetadataTable metadata, DiskParameters parameters, ImageChain chain)
    {
        ParentLocator locator = ReadLocator(file, metadata);
        string[] candidates = [.. locator.Candidates(file.Path).Distinct()];
        string? mismatch = null;
        foreach (string candidate in candidates)
        {
            if (!chain.Store.Exists(candidate)) continue;
            IImageFile parentFile = chain.Store.Open(candidate, writable: false);
            try
            {
                if (!IsParent(parentFile, locator, header))
                {
                    mismatch ??= candidate;
                    parentFile.Dispose();
                    continue;
                }

                VhdxDisk parent = Open(parentFile, VhdxAccess.Read, chain);
                if (parent.Info.LogicalSectorSize == parameters.LogicalSectorSize) return parent;
                parent.CloseFiles();
                throw ImageFault.Unsupported(file.Path, $"its sectors have {parameters.LogicalSectorSize} bytes and its parent's {parent.Info.LogicalSectorSize}", "Link it to the parent it was made from.");
            }
            catch
            {
                parentFile.Dispose();
                throw;
            }
        }

        throw mismatch is not null ? ImageFault.ParentMismatch(file.Path, mismatch) : ImageFault.ParentMissing(file.Path, candidates);
    }

    private static bool IsParent(IImageFile file, ParentLocator locator, VhdxHeader child)
    {
        Span<byte> magic = stackalloc byte[FileTypeIdentifier.Signature.Length];
        if (file.Length < VhdxLayout.HeaderSectionEnd) return false;
        file.Read(0, magic);
        if (!magic.SequenceEqual(FileTypeIdentifier.Signature)) return false;
        Guid contents = HeaderPair.Read(file).Current.DataWriteGuid;
        // A parent that took over the child's identity holds the child's contents: a merge was finished, and the child is not removed yet.
        return locator.Accepts(contents) || contents == child.DataWriteGuid;
    }
}
