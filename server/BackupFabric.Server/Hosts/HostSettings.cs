namespace BackupFabric.Server.Hosts;

/// <summary>Section <c>Hosts</c>.</summary>
internal sealed class HostSettings
{
    /// <summary>How long a host's certificate is good for; its agent renews it after two thirds of that.</summary>
    public TimeSpan CertificateLifetime { get; set; } = TimeSpan.FromDays(30);
}
