using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.Connection;

/// <summary>
/// Trusts exactly one authority, and of the certificates it proves only one that names the server. The machine's own trust store has no say.
/// </summary>
internal sealed class AuthorityTrust(X509Certificate2 authority, Uri server)
{
    private volatile Problem? _refusal;

    /// <summary>Why the last server was not trusted; the TLS stack itself only says that it was not.</summary>
    public Problem? Refusal => _refusal;

    public bool Accept(object sender, X509Certificate? presented, X509Chain? chain, SslPolicyErrors errors)
    {
        var detail = presented is null
            ? "it shows no certificate."
            : Objection(presented as X509Certificate2 ?? X509CertificateLoader.LoadCertificate(presented.GetRawCertData()), chain?.ChainPolicy.ExtraStore);
        _refusal = detail is null ? null : AgentProblems.AuthorityMismatch(server, detail);
        return detail is null;
    }

    /// <summary>What speaks against the certificate; null when nothing does.</summary>
    internal string? Objection(X509Certificate2 certificate, X509Certificate2Collection? others)
    {
        // A server with a certificate of its own choosing may be its own authority.
        if (!certificate.RawDataMemory.Span.SequenceEqual(authority.RawDataMemory.Span) && ChainObjection(certificate, others) is { } broken) return broken;
        return certificate.MatchesHostname(server.Host, allowWildcards: true, allowCommonName: false)
            ? null
            : $"its certificate is not made out to '{server.Host}'.";
    }

    private string? ChainObjection(X509Certificate2 certificate, X509Certificate2Collection? others)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (others is not null) chain.ChainPolicy.ExtraStore.AddRange(others);
        return chain.Build(certificate)
            ? null
            : $"its certificate is not proved by that authority ({string.Join(", ", chain.ChainStatus.Select(s => s.Status))}).";
    }
}
