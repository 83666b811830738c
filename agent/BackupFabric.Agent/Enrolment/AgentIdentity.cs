using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace BackupFabric.Agent.Enrolment;

/// <summary>Who this host is to its server, and whom it trusts as that server.</summary>
/// <param name="Certificate">With the private key, which was made on this host and never leaves it.</param>
/// <param name="Authority">The one certificate that proves the server.</param>
/// <param name="RenewAfter">When to ask for the next certificate.</param>
public sealed record AgentIdentity(
    Uri Server, string HostId, string HostName, X509Certificate2 Certificate, X509Certificate2 Authority, DateTimeOffset RenewAfter)
{
    public DateTimeOffset NotAfter => new(Certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);

    /// <summary>
    /// A certificate with its key as TLS can use it. Windows' TLS refuses keys that live in memory only (dotnet/runtime 23749), so there it goes
    /// through PKCS#12 into the machine's key store.
    /// </summary>
    internal static X509Certificate2 WithKey(X509Certificate2 certificate, ECDsa key)
    {
        var joined = certificate.CopyWithPrivateKey(key);
        if (!OperatingSystem.IsWindows()) return joined;
        using (joined)
        {
            return X509CertificateLoader.LoadPkcs12(joined.Export(X509ContentType.Pkcs12), password: null, X509KeyStorageFlags.MachineKeySet);
        }
    }
}
