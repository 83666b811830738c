using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using BackupFabric.Protos.Enrolment;
using BackupFabric.Protos.Rest;
using BackupFabric.Protos.V1;
using BackupFabric.Server.Api;
using BackupFabric.Server.Authority;
using BackupFabric.Server.Catalog;
using BackupFabric.Server.Start;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;

namespace BackupFabric.Server.Hosts;

/// <summary>Tokens, enrolment and renewal: how a machine becomes a host of this server and stays one.</summary>
internal sealed partial class HostEnrolment(
    IDbContextFactory<CatalogContext> catalog,
    CertificateAuthority authority,
    ServerCertificate serverCertificate,
    ServerAddress address,
    HostSettings settings,
    TimeProvider time,
    ILogger<HostEnrolment> log)
{
    private const int SecretBytes = 32;
    private const int MinutesMax = 1440;
    private const int RsaBitsMin = 2048;

    public async Task<HostTokenView> CreateTokenAsync(HostTokenRequest request, string createdBy, CancellationToken cancellation)
    {
        if (request.Minutes is < 1 or > MinutesMax) throw HostProblems.MinutesInvalid(request.Minutes).Because();
        var bound = string.IsNullOrWhiteSpace(request.HostName) ? null : request.HostName.Trim();
        if (bound is not null && !HostNames.IsValid(bound)) throw HostProblems.NameInvalid(bound).Because();

        var token = EnrolmentToken.Create(serverCertificate.Proof.RawData, RandomNumberGenerator.GetBytes(SecretBytes));
        var now = time.GetUtcNow();
        var row = new HostToken
        {
            Id = Guid.CreateVersion7(now),
            SecretHash = HashOf(token.Secret),
            HostName = bound,
            CreatedBy = createdBy,
            CreatedAt = now,
            ExpiresAt = now + TimeSpan.FromMinutes(request.Minutes),
        };
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        context.HostTokens.Add(row);
        await context.SaveChangesAsync(cancellation);
        return new HostTokenView(token.ToString(), row.ExpiresAt, address.Public);
    }

    public async Task<EnrolReply> EnrolAsync(EnrolRequest request, CancellationToken cancellation)
    {
        var name = request.HostName.Trim();
        if (!HostNames.IsValid(name)) throw HostProblems.NameInvalid(name).Because();
        var key = KeyOf(request.CertificateRequest);

        await using var context = await catalog.CreateDbContextAsync(cancellation);
        var now = time.GetUtcNow();
        var token = await TakeTokenAsync(context, request.TokenSecret, name, now, cancellation);
        var host = await HostForAsync(context, name, token, now, cancellation);
        host.AgentVersion = Cut(request.AgentVersion, 100);
        (token.UsedAt, token.UsedByHostId) = (now, host.Id);
        var reply = Certify(context, host, key, now);
        try
        {
            // Token, host and certificate are one change: a second user of the same token loses on its version.
            await context.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateConcurrencyException)
        {
            throw HostProblems.TokenUsed(now).Because();
        }
        catch (DbUpdateException)
        {
            throw HostProblems.NameTaken(name).Because();
        }

        LogEnrolled(host.Name, host.Id);
        return reply;
    }

    public async Task<EnrolReply> RenewAsync(HostIdentity identity, RenewRequest request, CancellationToken cancellation)
    {
        var key = KeyOf(request.CertificateRequest);
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        var host = await context.Hosts.SingleAsync(host => host.Id == identity.Id, cancellation);
        var reply = Certify(context, host, key, time.GetUtcNow());
        await context.SaveChangesAsync(cancellation);
        LogRenewed(host.Name, host.CertificateNotAfter);
        return reply;
    }

    private static async Task<HostToken> TakeTokenAsync(
        CatalogContext context, string secret, string hostName, DateTimeOffset now, CancellationToken cancellation)
    {
        var hash = HashOf(secret);
        var token = await context.HostTokens.SingleOrDefaultAsync(token => token.SecretHash == hash, cancellation);
        if (token is null) throw HostProblems.TokenUnknown().Because();
        if (token.UsedAt is { } usedAt) throw HostProblems.TokenUsed(usedAt).Because();
        if (now >= token.ExpiresAt) throw HostProblems.TokenExpired(token.ExpiresAt).Because();
        if (token.HostName is { } bound && EnrolledHost.KeyOf(bound) != EnrolledHost.KeyOf(hostName))
            throw HostProblems.TokenForOtherHost(bound, hostName).Because();
        return token;
    }

    private static async Task<EnrolledHost> HostForAsync(
        CatalogContext context, string name, HostToken token, DateTimeOffset now, CancellationToken cancellation)
    {
        var nameKey = EnrolledHost.KeyOf(name);
        var host = await context.Hosts.SingleOrDefaultAsync(host => host.NameKey == nameKey, cancellation);
        if (host is null)
        {
            host = new EnrolledHost { Id = Guid.NewGuid(), Name = name, NameKey = nameKey, EnrolledAt = now };
            context.Hosts.Add(host);
            return host;
        }

        // Only a token that names the host may replace its enrolment; any other could be used to take a host's place.
        if (token.HostName is null) throw HostProblems.NameTaken(name).Because();
        foreach (var older in await context.HostCertificates.Where(issued => issued.HostId == host.Id && issued.VoidedAt == null).ToListAsync(cancellation))
            older.VoidedAt = now;
        host.EnrolledAt = now;
        return host;
    }

    private EnrolReply Certify(CatalogContext context, EnrolledHost host, PublicKey key, DateTimeOffset now)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri($"urn:backupfabric:host:{host.Id:D}"));
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(host.Id.ToString("D"));
        using var certificate = authority.Issue(subject.Build(), key, Usage.Client, names, settings.CertificateLifetime);

        DateTimeOffset notAfter = certificate.NotAfter.ToUniversalTime();
        host.CertificateNotAfter = notAfter;
        context.HostCertificates.Add(new HostCertificate { Serial = certificate.SerialNumber, HostId = host.Id, IssuedAt = now, NotAfter = notAfter });
        return new EnrolReply
        {
            HostId = host.Id.ToString("D"),
            Certificate = ByteString.CopyFrom(certificate.RawData),
            Authority = ByteString.CopyFrom(serverCertificate.Proof.RawData),
            NotAfter = notAfter.ToTimestamp(),
            RenewAfter = ((notAfter - now) * 2 / 3).ToDuration(),
        };
    }

    private static PublicKey KeyOf(ByteString request)
    {
        try
        {
            // Loading checks the request's own signature: the caller holds the private key. Wanted extensions are not taken over.
            var loaded = CertificateRequest.LoadSigningRequest(
                request.ToByteArray(), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.Default, RSASignaturePadding.Pkcs1);
            return Accept(loaded.PublicKey);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException or NotSupportedException)
        {
            throw HostProblems.RequestInvalid(failure.Message).Because(failure);
        }
    }

    private static PublicKey Accept(PublicKey key)
    {
        using var ecdsa = key.GetECDsaPublicKey();
        if (ecdsa is { KeySize: 256 or 384 or 521 }) return key;
        using var rsa = key.GetRSAPublicKey();
        if (rsa is { KeySize: >= RsaBitsMin }) return key;
        throw HostProblems.RequestInvalid("its key is of a kind that is not accepted.").Because();
    }

    private static string HashOf(string secret) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private static string Cut(string text, int lengthMax) => text.Length <= lengthMax ? text : text[..lengthMax];

    [LoggerMessage(LogLevel.Information, "Host '{Name}' enrolled as {HostId}.")]
    private partial void LogEnrolled(string name, Guid hostId);

    [LoggerMessage(LogLevel.Information, "Host '{Name}' renewed its certificate until {NotAfter}.")]
    private partial void LogRenewed(string name, DateTimeOffset notAfter);
}
