using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhd;

/// <summary>A fixed VHD: the disk byte for byte, and a footer.</summary>
internal sealed class VhdFixedDisk(IImageFile file, VhdFooter footer) : LayeredDisk(file, null)
{
    public override VirtualDiskInfo Info { get; } = new(DiskFormat.Vhd, DiskKind.Fixed, footer.CurrentSize, 512, 512, 0, footer.UniqueId, null);

    public override bool CanWrite => File.CanWrite;

    public override DiskSegment RunAt(long position, long end) => new(SegmentSource.File, end - position, position);

    protected override ValueTask WriteCoreAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellation) =>
        File.WriteAsync(offset, data, cancellation);

    protected override void FlushCore() => File.Flush();

    protected override void CloseCore()
    {
        // Nothing is held back.
    }
}
