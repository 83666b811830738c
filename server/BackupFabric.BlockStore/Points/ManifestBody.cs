using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;

namespace BackupFabric.BlockStore.Points;

/// <summary>A manifest's JSON. Names and meaning are frozen by FORMAT.md; <see cref="Manifest"/> may change without it.</summary>
internal sealed record ManifestBody(
    Guid PointId,
    Guid JobId,
    Guid VmId,
    string VmName,
    string SourceHost,
    Guid SourceHostId,
    DateTimeOffset TakenAt,
    string Consistency,
    byte[] Configuration,
    IReadOnlyList<DiskBody> Disks,
    long NewBytes,
    IReadOnlyList<NoteBody> Warnings)
{
    public static ManifestBody Of(Manifest manifest) => new(
        manifest.PointId,
        manifest.JobId,
        manifest.VmId,
        manifest.VmName,
        manifest.SourceHost,
        manifest.SourceHostId,
        manifest.TakenAt,
        manifest.Consistency,
        manifest.Configuration.ToArray(),
        [.. manifest.Disks.Select(DiskBody.Of)],
        manifest.NewBytes,
        [.. manifest.Warnings.Select(note => new NoteBody(note.Code, note.Sentence, note.Advice))]);

    /// <summary>Fails with <see cref="FormatException"/> when a root is not an id.</summary>
    public Manifest ToManifest() => new(
        PointId,
        JobId,
        VmId,
        VmName,
        SourceHost,
        SourceHostId,
        TakenAt,
        Consistency,
        Configuration,
        [.. Disks.Select(disk => disk.ToDisk())],
        NewBytes,
        [.. Warnings.Select(note => new ManifestNote(note.Code, note.Sentence, note.Advice))]);
}

internal sealed record DiskBody(
    string DiskKey,
    string Path,
    string Location,
    int LogicalSectorSize,
    int PhysicalSectorSize,
    int BlockSize,
    string Root,
    long Length,
    long ContentBytes)
{
    public static DiskBody Of(ManifestDisk disk) => new(
        disk.DiskKey,
        disk.Path,
        disk.Location,
        disk.LogicalSectorSize,
        disk.PhysicalSectorSize,
        disk.BlockSize,
        disk.Root.Id.ToString(),
        disk.Root.Length,
        disk.ContentBytes);

    public ManifestDisk ToDisk() => new(
        DiskKey, Path, Location, LogicalSectorSize, PhysicalSectorSize, BlockSize, new DiskMapRoot(BlockId.Parse(Root), Length), ContentBytes);
}

internal sealed record NoteBody(string Code, string Sentence, string Advice);
