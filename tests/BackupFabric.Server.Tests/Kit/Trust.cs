using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using BackupFabric.Server.Authority;

namespace BackupFabric.Server.Tests.Kit;

/// <summary>Trusts one server by the certificate that proves it, as agents and operators do.</summary>
internal static class Trust
{
    public static RemoteCertificateValidationCallback In(TestServer server)
    {
        var proof = server.Service<ServerCertificate>().Proof;
        return (_, certificate, _, errors) =>
        {
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(proof);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            // Tests move the server's clock, not this one's.
            chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
            return !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && certificate is X509Certificate2 presented && chain.Build(presented);
        };
    }
}
