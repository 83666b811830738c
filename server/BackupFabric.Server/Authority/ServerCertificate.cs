using System.Net;
using System.Net.NetworkInformation;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BackupFabric.Server.Start;

namespace BackupFabric.Server.Authority;

/// <summary>
/// What the server proves itself with: a given certificate, or one of its own authority that is renewed by itself. Connections
/// that are made after a renewal see the new one.
/// </summary>
internal sealed partial class ServerCertificate : IDisposable
{
    private const string FileName = "server";

    private readonly CertificateAuthority _authority;
    private readonly ServerSettings _server;
    private readonly TlsSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger<ServerCertificate> _log;
    private volatile SslStreamCertificateContext? _context;
    private volatile X509Certificate2? _proof;

    public ServerCertificate(CertificateAuthority authority, ServerSettings server, TlsSettings settings, TimeProvider time, ILogger<ServerCertificate> log)
    {
        (_authority, _server, _settings, _time, _log) = (authority, server, settings, time, log);
        Refresh();
    }

    public SslStreamCertificateContext Context => _context!;

    /// <summary>The certificate that agents pin: the own authority, or the top of the given chain.</summary>
    public X509Certificate2 Proof => _proof!;

    /// <summary>SHA-256 of <see cref="Proof"/>, as hex: what people compare.</summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Proof.RawData));

    /// <summary>Loads the given certificate anew, or renews the own one when it is due or names are missing.</summary>
    public void Refresh()
    {
        if (_settings.CertificatePath is { Length: > 0 } path) Take(path);
        else UseOwn();
    }

    public void Dispose() => GC.SuppressFinalize(this);

    private void Take(string path)
    {
        var (leaf, others) = GivenCertificate.Load(path, _settings.KeyPath, _settings.Password);
        _context = SslStreamCertificateContext.Create(leaf, others, offline: true);
        _proof = GivenCertificate.TopOf(leaf, others);
        if (leaf.NotAfter.ToUniversalTime() <= _time.GetUtcNow()) LogGivenExpired(path, leaf.NotAfter);
    }

    private void UseOwn()
    {
        var folder = _server.AuthorityFolder;
        var names = OwnNames();
        var current = AuthorityFiles.Load(folder, FileName);
        if (current is null || !Serves(current, names))
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var issued = Issue(key, names);
            AuthorityFiles.Save(folder, FileName, issued, key);
            current = AuthorityFiles.Load(folder, FileName)!;
            LogMade(current.NotAfter);
        }
        else if (_context?.TargetCertificate.Thumbprint == current.Thumbprint)
        {
            return;
        }

        _context = SslStreamCertificateContext.Create(current, [_authority.Certificate], offline: true);
        _proof = _authority.Certificate;
    }

    private bool Serves(X509Certificate2 certificate, ServerNames names)
    {
        var now = _time.GetUtcNow();
        var lifetime = certificate.NotAfter - certificate.NotBefore;
        var renewAt = certificate.NotAfter.ToUniversalTime() - lifetime / 3;
        if (now >= renewAt || now < certificate.NotBefore.ToUniversalTime()) return false;
        if (!_authority.Signed(certificate)) return false;
        var san = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SingleOrDefault();
        return san is not null
            && names.Dns.All(name => san.EnumerateDnsNames().Contains(name, StringComparer.OrdinalIgnoreCase))
            && names.Addresses.All(address => san.EnumerateIPAddresses().Contains(address));
    }

    private X509Certificate2 Issue(ECDsa key, ServerNames names)
    {
        var san = new SubjectAlternativeNameBuilder();
        foreach (var name in names.Dns) san.AddDnsName(name);
        foreach (var address in names.Addresses) san.AddIpAddress(address);
        var subject = new X500DistinguishedNameBuilder();
        // A common name has at most 64 characters; what counts are the names in the extension.
        subject.AddCommonName(names.Dns[0].Length <= 64 ? names.Dns[0] : "BackupFabric server");
        return _authority.Issue(subject.Build(), new PublicKey(key), Usage.Server, san, _settings.ServerCertificateLifetime);
    }

    private ServerNames OwnNames()
    {
        var dns = new List<string> { Environment.MachineName, "localhost" };
        var domain = IPGlobalProperties.GetIPGlobalProperties().DomainName;
        if (domain is { Length: > 0 } && domain.Trim('(', ')') is var bare && bare != "none") dns.Add($"{Environment.MachineName}.{bare}");
        var addresses = new List<IPAddress> { IPAddress.Loopback, IPAddress.IPv6Loopback };
        addresses.AddRange(NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.OperationalStatus == OperationalStatus.Up)
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .Where(address => !address.IsIPv6LinkLocal));
        foreach (var name in _settings.Names.Append(_server.PublicHost).OfType<string>().Where(name => name.Length > 0))
        {
            if (IPAddress.TryParse(name, out var address)) addresses.Add(address);
            else dns.Add(name);
        }

        return new ServerNames(
            [.. dns.Where(name => Uri.CheckHostName(name) == UriHostNameType.Dns).DefaultIfEmpty("localhost").Distinct(StringComparer.OrdinalIgnoreCase)],
            [.. addresses.Distinct()]);
    }

    [LoggerMessage(LogLevel.Information, "Made a server certificate, valid until {NotAfter}.")]
    private partial void LogMade(DateTime notAfter);

    [LoggerMessage(LogLevel.Warning, "The given certificate {Path} has been expired since {NotAfter}: clients will refuse it.")]
    private partial void LogGivenExpired(string path, DateTime notAfter);

    private sealed record ServerNames(IReadOnlyList<string> Dns, IReadOnlyList<IPAddress> Addresses);
}
