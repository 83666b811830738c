using BackupFabric.BlockStore.Points;
using BackupFabric.Protos.Rest;
using BackupFabric.Server.Catalog;
using BackupFabric.Server.Placements;

namespace BackupFabric.Server.Points;

/// <summary>A recovery point as the catalog knows it: a cache of its manifest in the repository, which alone makes it exist.</summary>
internal sealed class PointRecord
{
    public required Guid Id { get; init; }

    /// <summary>The id as 32 hex digits, to be found by its beginning.</summary>
    public required string IdText { get; init; }

    public required Guid JobId { get; init; }

    public required Guid VmId { get; init; }

    public required string VmName { get; init; }

    /// <summary>Upper-case name, to be found by when the VM itself is gone.</summary>
    public required string VmNameKey { get; init; }

    public required DateTimeOffset TakenAt { get; init; }

    public required string Consistency { get; init; }

    public required string SourceHost { get; init; }

    public required Guid SourceHostId { get; init; }

    public required long DiskBytes { get; init; }

    public required long NewBytes { get; init; }

    public required string DisksJson { get; init; }

    public required string WarningsJson { get; init; }

    public static PointRecord Of(Manifest manifest) => new()
    {
        Id = manifest.PointId,
        IdText = manifest.PointId.ToString("N"),
        JobId = manifest.JobId,
        VmId = manifest.VmId,
        VmName = manifest.VmName,
        VmNameKey = Vm.KeyOf(manifest.VmName),
        TakenAt = manifest.TakenAt,
        Consistency = manifest.Consistency,
        SourceHost = manifest.SourceHost,
        SourceHostId = manifest.SourceHostId,
        DiskBytes = manifest.Disks.Sum(disk => disk.Root.Length),
        NewBytes = manifest.NewBytes,
        DisksJson = CatalogJson.Write(manifest.Disks.Select(disk =>
            new PointDiskView(disk.DiskKey, disk.Location, ImagePath.FileNameOf(disk.Path), disk.Root.Length))),
        WarningsJson = CatalogJson.Write(manifest.Warnings.Select(note => new ProblemView(note.Code, note.Sentence, note.Advice, "never"))),
    };

    public PointView ToView() => new(
        Id, VmId, VmName, TakenAt, Consistency, SourceHost, DiskBytes, NewBytes,
        CatalogJson.ReadList<PointDiskView>(DisksJson), CatalogJson.ReadList<ProblemView>(WarningsJson));
}
