using BackupFabric.Protos.V1;

namespace BackupFabric.Server.Placements;

/// <summary>
/// The side on which a host holds a VM. With Hyper-V Replica one VM has a place on each side; switching replication on does not
/// change the side of the original.
/// </summary>
internal enum PlacementSide
{
    Primary = 0,
    Replica = 1,
    Extended = 2,
    Test = 3,
}

internal static class PlacementSides
{
    public static PlacementSide Of(ReplicaRole role) => role switch
    {
        ReplicaRole.Replica => PlacementSide.Replica,
        ReplicaRole.Extended => PlacementSide.Extended,
        ReplicaRole.Test => PlacementSide.Test,
        _ => PlacementSide.Primary,
    };
}
