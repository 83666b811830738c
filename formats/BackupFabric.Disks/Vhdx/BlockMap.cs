namespace BackupFabric.Disks.Vhdx;

/// <summary>Tells for any place of the disk where its bytes come from: this file, the parent, or nowhere.</summary>
internal sealed class BlockMap(DiskParameters parameters, BlockAllocationTable table, SectorBitmaps bitmaps)
{
    public DiskParameters Parameters => parameters;

    public BlockAllocationTable Table => table;

    public SectorBitmaps Bitmaps => bitmaps;

    private SegmentSource Absent => parameters.HasParent ? SegmentSource.Parent : SegmentSource.Zero;

    /// <summary>The longest stretch from <paramref name="position"/> on that one read can serve.</summary>
    public DiskSegment RunAt(long position, long end)
    {
        DiskSegment run = At(position, end);
        while (position + run.Length < end)
        {
            DiskSegment next = At(position + run.Length, end);
            if (!run.Continues(next)) break;
            run = run with { Length = run.Length + next.Length };
        }

        return run;
    }

    private DiskSegment At(long position, long end)
    {
        long block = position / parameters.BlockSize;
        int inside = (int)(position % parameters.BlockSize);
        int here = (int)Math.Min(parameters.BlockSize - inside, end - position);
        BatEntry entry = table.Payload(block);
        switch (entry.State)
        {
            case PayloadBlockState.FullyPresent:
                return new DiskSegment(SegmentSource.File, here, entry.FileOffset + inside);
            case PayloadBlockState.PartiallyPresent:
                return InPartial(block, entry, inside, here);
            case PayloadBlockState.NotPresent when entry.Value == 0:
                long skipped = Math.Min(end, Math.Max(block + 1, table.SkipAbsent(block)) * parameters.BlockSize);
                return new DiskSegment(Absent, skipped - position, 0);
            case PayloadBlockState.NotPresent:
                return new DiskSegment(Absent, here, 0);
            default:
                return new DiskSegment(SegmentSource.Zero, here, 0);
        }
    }

    private DiskSegment InPartial(long block, BatEntry entry, int inside, int here)
    {
        int sectorSize = parameters.LogicalSectorSize;
        int sector = inside / sectorSize;
        int sectors = ((inside + here - 1) / sectorSize) - sector + 1;
        long bitmap = table.Bitmap(block / parameters.ChunkRatio).FileOffset;
        int alike = bitmaps.RunAt(bitmap, block, sector, sectors, out bool present);
        long length = Math.Min(here, ((long)(sector + alike) * sectorSize) - inside);
        return present ? new DiskSegment(SegmentSource.File, length, entry.FileOffset + inside) : new DiskSegment(SegmentSource.Parent, length, 0);
    }
}
