using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace BackupFabric.Cli.Connection;

/// <summary>Decides whether the other end is the server that was trusted at login: one authority, not the computer's hundred.</summary>
internal static class ServerTrust
{
    public static SslClientAuthenticationOptions Options(string? authorityPem)
    {
        if (authorityPem is null) return new SslClientAuthenticationOptions();
        var authority = X509Certificate2.CreateFromPem(authorityPem);
        return new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                certificate is X509Certificate2 presented && !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && Proves(authority, presented),
        };
    }

    /// <summary>Used once, before anything is trusted, to fetch the authority whose fingerprint the operator then confirms.</summary>
#pragma warning disable CA5359 // Nothing secret travels on this connection; what it brings is compared with the fingerprint.
    public static SslClientAuthenticationOptions Unverified() => new() { RemoteCertificateValidationCallback = (_, _, _, _) => true };
#pragma warning restore CA5359

    public static string Fingerprint(string authorityPem) =>
        Convert.ToHexStringLower(SHA256.HashData(X509Certificate2.CreateFromPem(authorityPem).RawData));

    private static bool Proves(X509Certificate2 authority, X509Certificate2 presented)
    {
        if (presented.RawData.AsSpan().SequenceEqual(authority.RawData)) return true;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(presented);
    }
}
