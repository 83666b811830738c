using BackupFabric.Protos.Rest;
using BackupFabric.Server.Catalog;

namespace BackupFabric.Server.Placements;

/// <summary>A virtual machine, by the GUID that it keeps through every move, with what its present host said about it last.</summary>
internal sealed class Vm : IVersioned
{
    public required Guid Id { get; init; }

    public required string Name { get; set; }

    /// <summary>Upper-case name, to be found by.</summary>
    public string NameKey { get; set; } = "";

    public string State { get; set; } = "unknown";

    public int Generation { get; set; }

    public string ConfigurationVersion { get; set; } = "";

    public string GuestOs { get; set; } = "";

    public string ReplicaRole { get; set; } = "none";

    public long MemoryBytes { get; set; }

    public string DisksJson { get; set; } = "[]";

    public string WarningsJson { get; set; } = "[]";

    public DateTimeOffset FirstSeenAt { get; init; }

    public DateTimeOffset SeenAt { get; set; }

    public long Version { get; set; }

    public static string KeyOf(string name) => name.Trim().ToUpperInvariant();

    public IReadOnlyList<VmDiskView> Disks() => CatalogJson.ReadList<VmDiskView>(DisksJson);

    public IReadOnlyList<string> Warnings() => CatalogJson.ReadList<string>(WarningsJson);
}
