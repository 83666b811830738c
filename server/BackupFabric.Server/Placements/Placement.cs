using BackupFabric.Server.Catalog;

namespace BackupFabric.Server.Placements;

/// <summary>Which host protects a VM now. The epoch is raised with every change, and an agent refuses orders of an older one.</summary>
internal sealed class Placement : IVersioned
{
    public required Guid VmId { get; init; }

    public required PlacementSide Side { get; init; }

    /// <summary>Null when no host reports the VM any more; its history stays.</summary>
    public Guid? HostId { get; set; }

    public long Epoch { get; set; }

    public DateTimeOffset Since { get; set; }

    public long Version { get; set; }
}
