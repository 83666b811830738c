using BackupFabric.BlockStore;
using BackupFabric.BlockStore.Import;
using BackupFabric.BlockStore.Points;

namespace BackupFabric.Cli.Commands.Store;

// What `bf store --json` prints. Programs read it: names stay, new ones may come.
internal sealed record CreatedView(Guid Id, string Folder, bool Encrypted);

internal sealed record RangeView(long Offset, long Length);

internal sealed record ImportView(
    Guid PointId, Guid VmId, string VmName, DateTimeOffset TakenAt, Guid? BasePointId, string DiskKey, long Length, long ContentBytes, string Root,
    long ReadBytes, long Blocks, long NewBlocks, long NewPlainBytes, long NewBytes)
{
    public static ImportView Of(ImportReport report)
    {
        var (point, disk) = (report.Point, report.Point.Disks[0]);
        return new(point.PointId, point.VmId, point.VmName, point.TakenAt, report.Basis?.PointId, disk.DiskKey, disk.Root.Length, disk.ContentBytes, disk.Root.Id.ToString(),
            report.ReadBytes, report.Blocks, report.NewBlocks, report.NewPlainBytes, point.NewBytes);
    }
}

internal sealed record StoredPointView(
    Guid PointId, Guid VmId, string VmName, DateTimeOffset TakenAt, string Consistency, string SourceHost, long NewBytes,
    IReadOnlyList<StoredDiskView> Disks, IReadOnlyList<StoredNoteView> Warnings)
{
    public long DiskBytes => Disks.Sum(disk => disk.Length);

    public static StoredPointView Of(Manifest point) => new(
        point.PointId, point.VmId, point.VmName, point.TakenAt, point.Consistency, point.SourceHost, point.NewBytes,
        [.. point.Disks.Select(StoredDiskView.Of)], [.. point.Warnings.Select(note => new StoredNoteView(note.Code, note.Sentence, note.Advice))]);
}

internal sealed record StoredDiskView(string DiskKey, string Path, string Location, long Length, long ContentBytes, string Root)
{
    public static StoredDiskView Of(ManifestDisk disk) => new(disk.DiskKey, disk.Path, disk.Location, disk.Root.Length, disk.ContentBytes, disk.Root.Id.ToString());
}

internal sealed record StoredNoteView(string Code, string Sentence, string Advice)
{
    public static StoredNoteView Of(RepositoryException finding) => new(finding.Code, finding.Message, finding.Advice);
}

internal sealed record RestoreView(Guid PointId, string DiskKey, string Path, string Format, long Length, long WrittenBytes, long Blocks, long PackReads);

internal sealed record StatsView(
    Guid Id, int Points, int VirtualMachines, long ProtectedBytes, long Blocks, long DataPackBytes, long MapPackBytes, long FreeBytes,
    bool Encrypted, int PointsInTrash, CuttingView Cutting, IReadOnlyList<StoredNoteView> Findings);

internal sealed record CuttingView(int LeastBytes, int AverageBytes, int GreatestBytes, long SpanBytes);
