using System.Buffers;
using System.Buffers.Binary;
using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhdx;

/// <summary>
/// Lays out a new file the way Hyper-V does: header section, log, metadata, block table, blocks, each on a MiB.
/// </summary>
internal static class VhdxCreator
{
    private const string Creator = "BackupFabric";
    private const int LogLength = VhdxLayout.MiB;
    private const int MetadataLength = VhdxLayout.MiB;
    private const long LogOffset = VhdxLayout.HeaderSectionEnd;
    private const long MetadataOffset = LogOffset + LogLength;
    private const long BatOffset = MetadataOffset + MetadataLength;
    private const int BlockSizeDefault = 32 * VhdxLayout.MiB;

    /// <summary>Small blocks waste less where a child holds only what changed; also what Hyper-V gives its checkpoints.</summary>
    private const int BlockSizeOfChildren = 2 * VhdxLayout.MiB;

    public static void Write(IImageFile file, DiskImageOptions options, VhdxDisk? parent)
    {
        DiskParameters parameters = Parameters(file.Path, options, parent);
        byte[]? locator = parent is null ? null : ParentLocator.For(file.Path, parent.File.Path, parent.DataWriteGuid).ToBytes();
        long batLength = VhdxLayout.RoundUp(parameters.BatEntryCount * sizeof(ulong), VhdxLayout.MiB);
        long blocks = BatOffset + batLength;
        file.SetLength(parameters.LeaveBlockAllocated ? blocks + (parameters.BlockCount * parameters.BlockSize) : blocks);

        byte[] buffer = ArrayPool<byte>.Shared.Rent(VhdxLayout.MiB);
        try
        {
            WriteRegions(file, buffer, (uint)batLength);
            WriteMetadata(file, buffer, parameters, locator);
            if (parameters.LeaveBlockAllocated) WriteFixedTable(file, buffer.AsSpan(0, VhdxLayout.MiB), parameters, blocks);
            WriteHeaderSection(file, buffer);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        file.Flush();
    }

    private static DiskParameters Parameters(string path, DiskImageOptions options, VhdxDisk? parent)
    {
        bool differencing = options.Kind == DiskKind.Differencing;
        int blockSize = options.BlockSize != 0 ? options.BlockSize : differencing ? BlockSizeOfChildren : BlockSizeDefault;
        long length = parent?.Length ?? options.Length;
        int logical = parent?.Info.LogicalSectorSize ?? options.LogicalSectorSize;
        int physical = parent?.Info.PhysicalSectorSize ?? options.PhysicalSectorSize;
        string? wrong = DiskParameters.Wrong(blockSize, length, logical, physical);
        if (wrong is not null) throw ImageFault.Options(path, wrong, "Choose a size, block size and sector sizes that the VHDX format has.");
        // A child shows its parent's disk, so it carries the same id unless told otherwise.
        Guid id = options.DiskId ?? parent?.Info.DiskId ?? Guid.NewGuid();
        return new DiskParameters(length, blockSize, options.Kind == DiskKind.Fixed, differencing, logical, physical, id);
    }

    /// <summary>Last, because a file without it is no VHDX: a half-made one is not taken for an empty disk.</summary>
    private static void WriteHeaderSection(IImageFile file, byte[] buffer)
    {
        VhdxHeader header = new(1, Guid.NewGuid(), Guid.NewGuid(), Guid.Empty, 0, 1, LogLength, LogOffset);
        header.Write(buffer);
        file.Write(VhdxLayout.Header1Offset, buffer.AsSpan(0, VhdxHeader.Size));
        (header with { SequenceNumber = 2 }).Write(buffer);
        file.Write(VhdxLayout.Header2Offset, buffer.AsSpan(0, VhdxHeader.Size));
        Span<byte> identifier = buffer.AsSpan(0, VhdxLayout.PageSize);
        identifier.Clear();
        FileTypeIdentifier.Write(identifier, Creator);
        file.Write(0, identifier);
    }

    private static void WriteRegions(IImageFile file, byte[] buffer, uint batLength)
    {
        RegionTable.Write(
            buffer,
            new RegionTableEntry(RegionTableEntry.BatRegion, BatOffset, batLength, true),
            new RegionTableEntry(RegionTableEntry.MetadataRegion, MetadataOffset, MetadataLength, true));
        file.Write(VhdxLayout.RegionTable1Offset, buffer.AsSpan(0, RegionTable.Size));
        file.Write(VhdxLayout.RegionTable2Offset, buffer.AsSpan(0, RegionTable.Size));
    }

    private static void WriteMetadata(IImageFile file, byte[] buffer, DiskParameters parameters, byte[]? locator)
    {
        const int items = MetadataTable.Size;
        Span<byte> region = buffer.AsSpan(0, VhdxLayout.MiB);
        region.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(region[items..], parameters.BlockSize);
        BinaryPrimitives.WriteUInt32LittleEndian(region[(items + 4)..], (parameters.LeaveBlockAllocated ? 1u : 0u) | (parameters.HasParent ? 2u : 0u));
        BinaryPrimitives.WriteInt64LittleEndian(region[(items + 8)..], parameters.DiskSize);
        BinaryPrimitives.WriteInt32LittleEndian(region[(items + 16)..], parameters.LogicalSectorSize);
        BinaryPrimitives.WriteInt32LittleEndian(region[(items + 20)..], parameters.PhysicalSectorSize);
        parameters.DiskId.TryWriteBytes(region[(items + 24)..]);
        List<MetadataTableEntry> entries =
        [
            new(MetadataTableEntry.FileParameters, items, 8, false, false, true),
            new(MetadataTableEntry.VirtualDiskSize, items + 8, 8, false, true, true),
            new(MetadataTableEntry.LogicalSectorSize, items + 16, 4, false, true, true),
            new(MetadataTableEntry.PhysicalSectorSize, items + 20, 4, false, true, true),
            new(MetadataTableEntry.VirtualDiskId, items + 24, 16, false, true, true),
        ];
        if (locator is not null)
        {
            locator.CopyTo(region[(items + VhdxLayout.PageSize)..]);
            entries.Add(new(MetadataTableEntry.ParentLocator, items + VhdxLayout.PageSize, (uint)locator.Length, false, false, true));
        }

        MetadataTable.Write(region, entries);
        file.Write(MetadataOffset, region);
    }

    private static void WriteFixedTable(IImageFile file, Span<byte> buffer, DiskParameters parameters, long place)
    {
        int filled = 0;
        long written = BatOffset;
        for (long index = 0; index < parameters.BatEntryCount; index++)
        {
            bool isBitmap = index % (parameters.ChunkRatio + 1) == parameters.ChunkRatio;
            BatEntry entry = isBitmap ? default : new BatEntry(PayloadBlockState.FullyPresent, place);
            if (!isBitmap) place += parameters.BlockSize;
            BinaryPrimitives.WriteUInt64LittleEndian(buffer[filled..], entry.Value);
            filled += sizeof(ulong);
            if (filled < buffer.Length) continue;
            file.Write(written, buffer);
            written += filled;
            filled = 0;
        }

        file.Write(written, buffer[..filled]);
    }
}
