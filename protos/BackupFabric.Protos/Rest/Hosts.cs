namespace BackupFabric.Protos.Rest;

/// <param name="Status">online, offline, revoked.</param>
public sealed record HostView(Guid Id, string Name, string Status, string? AgentVersion, string? OperatingSystem, string? Hypervisor,
    DateTimeOffset EnrolledAt, DateTimeOffset? LastSeenAt, DateTimeOffset CertificateNotAfter, int VirtualMachines);

/// <param name="Minutes">How long the token may be used; 1 to 1440, default 60.</param>
public sealed record HostTokenRequest(string? HostName = null, int Minutes = 60);

/// <param name="Token">Shown once. Carries the fingerprint of the server's authority.</param>
public sealed record HostTokenView(string Token, DateTimeOffset ExpiresAt, string ServerAddress);
