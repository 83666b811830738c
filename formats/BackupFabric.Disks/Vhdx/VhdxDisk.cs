using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhdx;

/// <summary>An open VHDX with its chain of parents.</summary>
internal sealed class VhdxDisk : LayeredDisk
{
    private readonly HeaderPair _headers;
    private readonly BlockMap _map;
    private readonly VhdxDisk? _parent;
    private readonly VhdxWriter? _writer;

    public VhdxDisk(IImageFile file, HeaderPair headers, BlockMap map, VhdxDisk? parent, VhdxAccess access, long spaceEnd)
        : base(file, parent)
    {
        _headers = headers;
        _map = map;
        _parent = parent;
        DiskParameters p = map.Parameters;
        DiskKind kind = p.HasParent ? DiskKind.Differencing : p.LeaveBlockAllocated ? DiskKind.Fixed : DiskKind.Dynamic;
        Info = new VirtualDiskInfo(DiskFormat.Vhdx, kind, p.DiskSize, p.LogicalSectorSize, p.PhysicalSectorSize, p.BlockSize, p.DiskId, parent?.File.Path);
        if (access != VhdxAccess.Read) _writer = new VhdxWriter(file, headers, map, parent, access, spaceEnd);
    }

    public override VirtualDiskInfo Info { get; }

    public override bool CanWrite => _writer is not null;

    /// <summary>Changes whenever the contents do; children remember it.</summary>
    public Guid DataWriteGuid => _headers.Current.DataWriteGuid;

    public new VhdxDisk? Parent => _parent;

    public VhdxWriter Writer => _writer ?? throw ImageFault.ReadOnly(File.Path);

    public override DiskSegment RunAt(long position, long end) => _map.RunAt(position, end);

    protected override ValueTask WriteCoreAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellation) =>
        Writer.WriteAsync(offset, data, cancellation);

    protected override void FlushCore() => Writer.Flush();

    protected override void CloseCore() => Writer.Close();
}
