using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace BackupFabric.Server.Authority;

/// <summary>
/// The server's own certificate authority: made at the first start, it signs the certificates of hosts and, unless one is given,
/// the server's own. Its fingerprint in a token is all that a new agent needs to trust.
/// </summary>
internal sealed class CertificateAuthority : IDisposable
{
    private const string FileName = "authority";
    private const int LifetimeYears = 10;
    private const int SerialBytes = 16;

    // Clocks of hosts may be behind the server's.
    private static readonly TimeSpan Backdated = TimeSpan.FromHours(24);

    private readonly TimeProvider _time;
    private readonly byte[] _identifier;

    private CertificateAuthority(X509Certificate2 certificate, TimeProvider time)
    {
        Certificate = certificate;
        _time = time;
        _identifier = certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single().SubjectKeyIdentifierBytes.ToArray();
    }

    public X509Certificate2 Certificate { get; }

    public static CertificateAuthority LoadOrMake(string folder, TimeProvider time)
    {
        if (AuthorityFiles.Load(folder, FileName) is { } existing) return new CertificateAuthority(existing, time);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = Make(key, time.GetUtcNow());
        AuthorityFiles.Save(folder, FileName, made, key);
        return new CertificateAuthority(AuthorityFiles.Load(folder, FileName)!, time);
    }

    /// <summary>Signs a certificate for a key that its owner has proved to hold.</summary>
    public X509Certificate2 Issue(
        X500DistinguishedName subject, PublicKey key, string usageOid, SubjectAlternativeNameBuilder names, TimeSpan lifetime)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var extensions = request.CertificateExtensions;
        extensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        extensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        extensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usageOid)], critical: false));
        extensions.Add(new X509SubjectKeyIdentifierExtension(key, critical: false));
        extensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(_identifier));
        extensions.Add(names.Build());

        var now = _time.GetUtcNow();
        var notAfter = Earlier(now + lifetime, Certificate.NotAfter);
        var notBefore = Later(now - Backdated, Certificate.NotBefore);
        using var signer = Certificate.GetECDsaPrivateKey()!;
        return request.Create(Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(signer), notBefore, notAfter, NewSerial());
    }

    /// <summary>Whether this authority signed it. Says nothing about time and revocation: those are judged where a sentence can be given.</summary>
    public bool Signed(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(Certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid | X509VerificationFlags.IgnoreCtlNotTimeValid;
        var signed = chain.Build(certificate);
        foreach (var element in chain.ChainElements) element.Certificate.Dispose();
        return signed;
    }

    public void Dispose() => Certificate.Dispose();

    private static X509Certificate2 Make(ECDsa key, DateTimeOffset now)
    {
        var mark = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
        var request = new CertificateRequest($"CN=BackupFabric authority {mark}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(now - Backdated, now.AddYears(LifetimeYears));
    }

    private static byte[] NewSerial()
    {
        var serial = RandomNumberGenerator.GetBytes(SerialBytes);
        // DER integers are signed, and a leading zero byte would be dropped: keep it positive and of full length.
        serial[0] = (byte)(serial[0] & 0x7F | 0x40);
        return serial;
    }

    private static DateTimeOffset Earlier(DateTimeOffset left, DateTime right) => left < right ? left : right;

    private static DateTimeOffset Later(DateTimeOffset left, DateTime right) => left > right ? left : right;
}
