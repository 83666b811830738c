namespace BackupFabric.Server.Hosts;

/// <summary>A certificate that was issued to a host, by serial number. One that is not in the table proves nothing.</summary>
internal sealed class HostCertificate
{
    public required string Serial { get; init; }

    public required Guid HostId { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>Set when the host enrolled anew: older certificates of it are void at once.</summary>
    public DateTimeOffset? VoidedAt { get; set; }
}
