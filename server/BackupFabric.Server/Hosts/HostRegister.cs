using System.Security.Cryptography.X509Certificates;
using BackupFabric.Protos.V1;
using BackupFabric.Server.Authority;
using BackupFabric.Server.Catalog;
using Microsoft.EntityFrameworkCore;

namespace BackupFabric.Server.Hosts;

/// <summary>Turns a certificate into a host, or into the sentence why not.</summary>
internal sealed class HostRegister(IDbContextFactory<CatalogContext> catalog, CertificateAuthority authority, TimeProvider time)
{
    public async Task<(HostIdentity? Host, Problem? Refusal)> IdentifyAsync(X509Certificate2 certificate, CancellationToken cancellation)
    {
        if (!authority.Signed(certificate)) return (null, HostProblems.CertificateForeign());
        var serial = certificate.SerialNumber;
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        var found = await (
            from issued in context.HostCertificates.AsNoTracking()
            join host in context.Hosts.AsNoTracking() on issued.HostId equals host.Id
            where issued.Serial == serial
            select new { Issued = issued, Host = host }).SingleOrDefaultAsync(cancellation);
        if (found is null) return (null, HostProblems.CertificateForeign());
        if (found.Host.RevokedAt is not null || found.Issued.VoidedAt is not null) return (null, HostProblems.HostRevoked(found.Host.Name));

        var now = time.GetUtcNow();
        DateTimeOffset notAfter = certificate.NotAfter.ToUniversalTime();
        DateTimeOffset notBefore = certificate.NotBefore.ToUniversalTime();
        if (now >= notAfter) return (null, HostProblems.CertificateExpired(notAfter));
        if (now < notBefore) return (null, HostProblems.CertificateNotYetValid(notBefore));
        return (new HostIdentity(found.Host.Id, found.Host.Name, serial, notAfter), null);
    }

    public async Task<bool> MayActAsync(HostIdentity identity, CancellationToken cancellation)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        return await (
            from issued in context.HostCertificates.AsNoTracking()
            join host in context.Hosts.AsNoTracking() on issued.HostId equals host.Id
            where issued.Serial == identity.CertificateSerial && issued.VoidedAt == null && host.RevokedAt == null
            select host.Id).AnyAsync(cancellation);
    }
}
