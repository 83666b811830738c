using System.Buffers.Binary;
using System.Numerics;
using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhdx;

/// <summary>The metadata items that every VHDX has ([MS-VHDX] 2.6.2.1 to 2.6.2.5), checked, and the shape of the block table that follows from them.</summary>
internal sealed record DiskParameters(
    long DiskSize,
    int BlockSize,
    bool LeaveBlockAllocated,
    bool HasParent,
    int LogicalSectorSize,
    int PhysicalSectorSize,
    Guid DiskId)
{
    private const long SectorsPerBitmap = 1L << 23;

    /// <summary>Payload blocks that share one sector bitmap block.</summary>
    public long ChunkRatio { get; } = SectorsPerBitmap * LogicalSectorSize / BlockSize;

    public long BlockCount { get; } = ((DiskSize - 1) / BlockSize) + 1;

    public long ChunkCount => ((BlockCount - 1) / ChunkRatio) + 1;

    public int SectorsPerBlock => BlockSize / LogicalSectorSize;

    /// <summary>[MS-VHDX] 2.5: bitmap entries are interleaved; only a differencing file has one after a last, incomplete chunk.</summary>
    public long BatEntryCount => HasParent ? ChunkCount * (ChunkRatio + 1) : BlockCount + ((BlockCount - 1) / ChunkRatio);

    public static DiskParameters Read(IImageFile file, MetadataTable metadata)
    {
        ReadOnlySpan<byte> parameters = metadata.ReadItem(file, MetadataTableEntry.FileParameters, "file parameters", 8);
        uint blockSize = BinaryPrimitives.ReadUInt32LittleEndian(parameters);
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(parameters[4..]);
        long size = BinaryPrimitives.ReadInt64LittleEndian(metadata.ReadItem(file, MetadataTableEntry.VirtualDiskSize, "disk size", 8));
        Guid id = new(metadata.ReadItem(file, MetadataTableEntry.VirtualDiskId, "disk id", 16).AsSpan(0, 16));
        uint logical = BinaryPrimitives.ReadUInt32LittleEndian(metadata.ReadItem(file, MetadataTableEntry.LogicalSectorSize, "logical sector size", 4));
        uint physical = BinaryPrimitives.ReadUInt32LittleEndian(metadata.ReadItem(file, MetadataTableEntry.PhysicalSectorSize, "physical sector size", 4));

        string? wrong = Wrong(blockSize, size, logical, physical);
        if (wrong is not null) throw ImageFault.Damaged(file.Path, wrong);
        return new DiskParameters(size, (int)blockSize, (flags & 1) != 0, (flags & 2) != 0, (int)logical, (int)physical, id);
    }

    /// <summary>What is wrong with these numbers, as a clause; null when they are sound.</summary>
    public static string? Wrong(long blockSize, long size, long logicalSector, long physicalSector)
    {
        if (logicalSector is not (512 or 4096)) return $"its logical sector size is {logicalSector}, and only 512 and 4096 exist";
        if (physicalSector is not (512 or 4096)) return $"its physical sector size is {physicalSector}, and only 512 and 4096 exist";
        if (blockSize is < VhdxLayout.BlockSizeMin or > VhdxLayout.BlockSizeMax || !BitOperations.IsPow2(blockSize))
            return $"its block size is {blockSize}, which is not a power of two from 1 to 256 MiB";
        if (size is <= 0 or > VhdxLayout.DiskSizeMax) return $"its disk size is {size}, which is not between 1 byte and 64 TiB";
        return size % logicalSector != 0 ? $"its disk size {size} is not a whole number of {logicalSector}-byte sectors" : null;
    }
}
