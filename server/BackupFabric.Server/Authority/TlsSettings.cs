namespace BackupFabric.Server.Authority;

/// <summary>Section <c>Tls</c>.</summary>
internal sealed class TlsSettings
{
    /// <summary>A given server certificate (PEM with its chain, or PFX). Empty: the server's own authority makes one.</summary>
    public string? CertificatePath { get; set; }

    /// <summary>The private key (PEM) when it is not in <see cref="CertificatePath"/>.</summary>
    public string? KeyPath { get; set; }

    /// <summary>Of the PFX or of the encrypted key.</summary>
    public string? Password { get; set; }

    /// <summary>Further names or addresses in the server's own certificate.</summary>
    public string[] Names { get; set; } = [];

    public TimeSpan ServerCertificateLifetime { get; set; } = TimeSpan.FromDays(365);
}
