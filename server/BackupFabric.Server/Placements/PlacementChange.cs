namespace BackupFabric.Server.Placements;

/// <summary>One step of a VM's way through the hosts; never changed afterwards.</summary>
internal sealed class PlacementChange
{
    public required Guid Id { get; init; }

    public required Guid VmId { get; init; }

    public required PlacementSide Side { get; init; }

    public Guid? HostId { get; init; }

    public required long Epoch { get; init; }

    public required DateTimeOffset At { get; init; }
}
