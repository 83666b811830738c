using BackupFabric.Server.Catalog;

namespace BackupFabric.Server.Hosts;

/// <summary>A one-time enrolment token; only the hash of its secret is kept.</summary>
internal sealed class HostToken : IVersioned
{
    public required Guid Id { get; init; }

    public required string SecretHash { get; init; }

    /// <summary>When set, only the host of that name may use it, and it may replace an enrolment under that name.</summary>
    public string? HostName { get; init; }

    public required string CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; set; }

    public Guid? UsedByHostId { get; set; }

    public long Version { get; set; }
}
