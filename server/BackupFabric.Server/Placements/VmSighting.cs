namespace BackupFabric.Server.Placements;

/// <summary>A host holds a VM: from the report in which it first appeared there until the report in which it is gone.</summary>
internal sealed class VmSighting
{
    public required Guid HostId { get; init; }

    public required Guid VmId { get; init; }

    public required PlacementSide Side { get; set; }

    public required string Name { get; set; }

    public required DateTimeOffset FirstSeenAt { get; set; }
}
