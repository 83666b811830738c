namespace BackupFabric.Server.Backups;

/// <summary>
/// What a committed recovery point was measured against: the reference point on the host and the change-tracking id of every disk.
/// A newer one makes it obsolete; obsolete rows stay for a while, so that an answer that got lost can be given again.
/// </summary>
internal sealed class VmBaseline
{
    public required Guid VmId { get; init; }

    /// <summary>InstanceID of the reference point; empty when the host has none (disks that are compared as a whole).</summary>
    public required string ReferencePointId { get; init; }

    public required Guid HostId { get; set; }

    public required Guid PointId { get; set; }

    public required string DisksJson { get; set; }

    public required DateTimeOffset SetAt { get; set; }

    public bool Obsolete { get; set; }
}

internal sealed record BaselineDisk(string DiskKey, long Length, string ChangeTrackingId);
