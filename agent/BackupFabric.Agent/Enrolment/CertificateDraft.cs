using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.Enrolment;

/// <summary>A new key and the request to certify it.</summary>
internal sealed class CertificateDraft : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public CertificateDraft(string hostName)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(hostName);
        Request = new CertificateRequest(name.Build(), _key, HashAlgorithmName.SHA256).CreateSigningRequest();
    }

    /// <summary>PKCS#10, DER.</summary>
    public byte[] Request { get; }

    /// <summary>The identity that the server's answer makes; checked before it is believed.</summary>
    public AgentIdentity Complete(EnrolReply reply, Uri server, string hostName, X509Certificate2 authority, DateTimeOffset now)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(reply.Certificate.Span);
        if (!certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(_key.ExportSubjectPublicKeyInfo()))
            throw AgentProblems.NotAServer(server, "it certified another key than the one that was asked for").Thrown();
        return new AgentIdentity(server, reply.HostId, hostName, AgentIdentity.WithKey(certificate, _key), authority, RenewAt(reply, now));
    }

    public void Dispose() => _key.Dispose();

    private static DateTimeOffset RenewAt(EnrolReply reply, DateTimeOffset now)
    {
        if (reply.RenewAfter?.ToTimeSpan() is { } after && after > TimeSpan.Zero) return now + after;
        // A server that does not say: at two thirds of the certificate's life.
        var life = (reply.NotAfter?.ToDateTimeOffset() ?? now) - now;
        return now + life * 2 / 3;
    }
}
