using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace BackupFabric.Cli.Connection;

/// <summary>Decides whether the other end is the server that was trusted at login: one authority, not the computer's hundred.</summary>
internal static class ServerTrust
{
    public static SslClientAuthenticationOptions Options(string authorityPem)
    {
        var authority = X509Certificate2.CreateFromPem(authorityPem);
        return new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (sender, presented, chain, errors) => Check(authority, sender, presented, chain, errors) is { } reason
                ? throw new UntrustedServerException(reason)
                : true,
        };
    }

    /// <summary>Used once, before anything is trusted, to fetch the authority whose fingerprint the operator then confirms.</summary>
#pragma warning disable CA5359 // Nothing secret travels on this connection; what it brings is compared with the fingerprint.
    public static SslClientAuthenticationOptions Unverified() => new() { RemoteCertificateValidationCallback = (_, _, _, _) => true };
#pragma warning restore CA5359

    public static string Fingerprint(string authorityPem)
    {
        using var authority = X509Certificate2.CreateFromPem(authorityPem);
        return Convert.ToHexStringLower(SHA256.HashData(authority.RawData));
    }

    /// <summary>The certificate alone: a file may carry a private key beside it, which must not end up in a profile.</summary>
    public static string CertificateOnly(string pem)
    {
        using var authority = X509Certificate2.CreateFromPem(pem);
        return authority.ExportCertificatePem();
    }

    private static string? Check(X509Certificate2 authority, object sender, X509Certificate? certificate, X509Chain? received, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 presented) return "it shows no certificate";
        if (!Proves(authority, presented, received)) return $"its certificate ({presented.Subject}) is not valid under the authority that is trusted";
        if (!errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return null;
        var asked = sender is SslStream { TargetHostName: { Length: > 0 } name } ? $"'{name}'" : "this address";
        return $"its certificate is not for {asked} but for {string.Join(", ", NamesOf(presented))}";
    }

    private static bool Proves(X509Certificate2 authority, X509Certificate2 presented, X509Chain? received)
    {
        if (presented.RawData.AsSpan().SequenceEqual(authority.RawData)) return true;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        if (received is not null) chain.ChainPolicy.ExtraStore.AddRange(received.ChainPolicy.ExtraStore);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(presented);
    }

    private static IEnumerable<string> NamesOf(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().ToList();
        return names.Count == 0 ? [certificate.Subject] : names.SelectMany(n => n.EnumerateDnsNames().Concat(n.EnumerateIPAddresses().Select(a => $"{a}")));
    }
}

/// <summary>Somebody answered who is not the trusted server.</summary>
internal sealed class UntrustedServerException(string reason) : AuthenticationException(reason);
