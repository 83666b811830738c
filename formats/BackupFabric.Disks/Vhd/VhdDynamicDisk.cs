using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhd;

/// <summary>A dynamic VHD, or a differencing one with its chain of parents, which is only read.</summary>
internal sealed class VhdDynamicDisk : LayeredDisk
{
    private const int SectorSize = 512;

    private readonly VhdBlockTable _table;
    private readonly VhdWriter? _writer;

    public VhdDynamicDisk(IImageFile file, VhdFooter footer, VhdBlockTable table, LayeredDisk? parent, VhdWriter? writer)
        : base(file, parent)
    {
        _table = table;
        _writer = writer;
        DiskKind kind = parent is null ? DiskKind.Dynamic : DiskKind.Differencing;
        Info = new VirtualDiskInfo(DiskFormat.Vhd, kind, footer.CurrentSize, SectorSize, SectorSize, table.BlockSize, footer.UniqueId, parent?.File.Path);
    }

    public override VirtualDiskInfo Info { get; }

    public override bool CanWrite => _writer is not null;

    public override DiskSegment RunAt(long position, long end)
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

    protected override ValueTask WriteCoreAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellation) =>
        _writer!.WriteAsync(offset, data, cancellation);

    protected override void FlushCore() => _writer!.Flush();

    protected override void CloseCore() => _writer!.Close();

    private DiskSegment At(long position, long end)
    {
        long block = position / _table.BlockSize;
        int inside = (int)(position % _table.BlockSize);
        int here = (int)Math.Min(_table.BlockSize - inside, end - position);
        if (!_table.IsPresent(block)) return new DiskSegment(Parent is null ? SegmentSource.Zero : SegmentSource.Parent, here, 0);
        long place = _table.DataOffset(block) + inside;
        // Without a parent, a sector that was never written is zero in its place too.
        if (Parent is null) return new DiskSegment(SegmentSource.File, here, place);
        int sector = inside / SectorSize;
        int sectors = ((inside + here - 1) / SectorSize) - sector + 1;
        int alike = _table.RunAt(block, sector, sectors, out bool present);
        long length = Math.Min(here, ((long)(sector + alike) * SectorSize) - inside);
        return present ? new DiskSegment(SegmentSource.File, length, place) : new DiskSegment(SegmentSource.Parent, length, 0);
    }
}
