namespace BackupFabric.Protos.Rest;

/// <param name="State">running, off, saved, paused, other, unknown.</param>
/// <param name="HostName">Where it is now; null when no host reports it any more.</param>
public sealed record VmView(Guid Id, string Name, string State, Guid? HostId, string? HostName, ulong PlacementEpoch, int Generation, string ConfigurationVersion,
    string GuestOs, string ReplicaRole, IReadOnlyList<VmDiskView> Disks, IReadOnlyList<string> Warnings, int RecoveryPoints, DateTimeOffset? LastPointAt);

/// <param name="Protection">incremental, full-read, excluded.</param>
public sealed record VmDiskView(string Path, string Location, long Length, string DiskKey, string Protection);
