using BackupFabric.Protos.V1;

namespace BackupFabric.Server.Placements;

/// <summary>The words of the REST surface for what the wire says in numbers.</summary>
internal static class VmWords
{
    public static string Of(VmState state) => state switch
    {
        VmState.Off => "off",
        VmState.Running => "running",
        VmState.Saved => "saved",
        VmState.Paused => "paused",
        VmState.Other => "other",
        _ => "unknown",
    };

    public static string Of(ReplicaRole role) => role switch
    {
        ReplicaRole.Primary => "primary",
        ReplicaRole.Replica => "replica",
        ReplicaRole.Test => "test",
        ReplicaRole.Extended => "extended",
        _ => "none",
    };

    public static string Of(DiskProtection protection) => protection switch
    {
        DiskProtection.FullRead => "full-read",
        DiskProtection.Excluded => "excluded",
        _ => "incremental",
    };
}
