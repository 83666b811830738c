using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace BackupFabric.Protos.Tests.Foreign;

/// <summary>A certificate authority for one test: proves the server, and certifies hosts.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;

    public TestAuthority()
    {
        var request = new CertificateRequest("CN=Test authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        Certificate = request.CreateSelfSigned(_now.AddHours(-1), _now.AddHours(2));
        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new CertificateRequest("CN=localhost", serverKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        server.CertificateExtensions.Add(names.Build());
        using var bare = Sign(server);
        Server = bare.CopyWithPrivateKey(serverKey);
    }

    public X509Certificate2 Certificate { get; }

    public X509Certificate2 Server { get; }

    /// <summary>Certifies a PKCS#10 request whose signature holds.</summary>
    public X509Certificate2 Certify(byte[] pkcs10) => Sign(CertificateRequest.LoadSigningRequest(
        pkcs10, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.Default));

    public bool Proves(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(Certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }

    public void Dispose()
    {
        Server.Dispose();
        Certificate.Dispose();
        _key.Dispose();
    }

    private X509Certificate2 Sign(CertificateRequest request) => request.Create(
        Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), _now.AddMinutes(-5), _now.AddHours(1), RandomNumberGenerator.GetBytes(8));
}
