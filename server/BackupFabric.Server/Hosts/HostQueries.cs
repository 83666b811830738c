using BackupFabric.Protos.Rest;
using BackupFabric.Server.Api;
using BackupFabric.Server.Catalog;
using BackupFabric.Server.Control;
using Microsoft.EntityFrameworkCore;

namespace BackupFabric.Server.Hosts;

internal sealed class HostQueries(IDbContextFactory<CatalogContext> catalog, ConnectedHosts connected)
{
    public async Task<IReadOnlyList<HostView>> ListAsync(CancellationToken cancellation)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        var rows = await context.Hosts.AsNoTracking().OrderBy(host => host.Name).ToListAsync(cancellation);
        var counts = await context.Sightings.GroupBy(sighting => sighting.HostId)
            .Select(group => new { group.Key, Count = group.Count() })
            .ToDictionaryAsync(row => row.Key, row => row.Count, cancellation);
        return [.. rows.Select(host => ViewOf(host, counts.GetValueOrDefault(host.Id)))];
    }

    public async Task<HostView> ShowAsync(string text, CancellationToken cancellation)
    {
        var host = await FindAsync(text, cancellation);
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        return ViewOf(host, await context.Sightings.CountAsync(sighting => sighting.HostId == host.Id, cancellation));
    }

    /// <summary>By id or name; a name means the host that may act now, and one that was revoked only if there is no other.</summary>
    public async Task<EnrolledHost> FindAsync(string text, CancellationToken cancellation)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        if (Guid.TryParse(text, out var id))
        {
            return await context.Hosts.AsNoTracking().SingleOrDefaultAsync(host => host.Id == id, cancellation)
                ?? throw HostProblems.NotFound(text).Because();
        }

        var key = EnrolledHost.KeyOf(text);
        return await context.Hosts.AsNoTracking().SingleOrDefaultAsync(host => host.NameKey == key, cancellation)
            ?? (await context.Hosts.AsNoTracking().Where(host => host.RevokedAt != null).ToListAsync(cancellation))
                .Where(host => EnrolledHost.KeyOf(host.Name) == key)
                .MaxBy(host => host.RevokedAt)
            ?? throw HostProblems.NotFound(text).Because();
    }

    private HostView ViewOf(EnrolledHost host, int vms) => new(
        host.Id, host.Name, host.RevokedAt is not null ? "revoked" : connected.IsConnected(host.Id) ? "online" : "offline",
        host.AgentVersion, host.OperatingSystem, host.Hypervisor, host.EnrolledAt, host.LastSeenAt, host.CertificateNotAfter, vms);
}
