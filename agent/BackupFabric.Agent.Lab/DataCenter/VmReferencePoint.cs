namespace BackupFabric.Agent.Lab.DataCenter;

internal sealed class VmReferencePoint
{
    public Guid Id { get; set; }

    /// <summary>The checkpoint it was made of.</summary>
    public Guid Checkpoint { get; set; }

    public int Consistency { get; set; }

    public DateTimeOffset Created { get; set; }

    public int Mark { get; set; }

    public List<ReferencePointDisk> Disks { get; set; } = [];
}

/// <param name="DiskIdentifier">InstanceID of the disk's Msvm_StorageAllocationSettingData in the VM's running configuration.</param>
/// <param name="Tracking">The change log that <paramref name="TrackingId"/> belongs to.</param>
internal sealed record ReferencePointDisk(string DiskIdentifier, string TrackingId, Guid Tracking);
