using BackupFabric.Server.Catalog;

namespace BackupFabric.Server.Hosts;

/// <summary>A Hyper-V host whose agent has enrolled. It keeps its id through renewals; a revoked host never comes back under it.</summary>
internal sealed class EnrolledHost : IVersioned
{
    public required Guid Id { get; init; }

    public required string Name { get; set; }

    /// <summary>Upper-case name while the host may act, null once revoked: unique, so that two hosts cannot share a name.</summary>
    public string? NameKey { get; set; }

    public required DateTimeOffset EnrolledAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    public DateTimeOffset? LastSeenAt { get; set; }

    public DateTimeOffset CertificateNotAfter { get; set; }

    public string? AgentVersion { get; set; }

    public string? OperatingSystem { get; set; }

    public string? Hypervisor { get; set; }

    public long Version { get; set; }

    public static string KeyOf(string name) => name.Trim().ToUpperInvariant();
}
