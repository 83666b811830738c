namespace BackupFabric.Protos.Rest;

/// <param name="Consistency">application, file, crash, saved-state, offline.</param>
/// <param name="NewBytes">Stored bytes that this point added to the repository.</param>
public sealed record PointView(Guid Id, Guid VmId, string VmName, DateTimeOffset TakenAt, string Consistency, string SourceHost, long DiskBytes, long NewBytes,
    IReadOnlyList<PointDiskView> Disks, IReadOnlyList<ProblemView> Warnings);

public sealed record PointDiskView(string DiskKey, string Location, string FileName, long Length);
