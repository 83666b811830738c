using BackupFabric.Server.Api;
using BackupFabric.Server.Catalog;
using BackupFabric.Server.Control;
using BackupFabric.Server.Jobs;
using Microsoft.EntityFrameworkCore;

namespace BackupFabric.Server.Hosts;

/// <summary>Whether a host can be given work now.</summary>
internal sealed class HostAvailability(IDbContextFactory<CatalogContext> catalog, ConnectedHosts connected)
{
    /// <summary>Refuses with a sentence when the host is revoked or not connected.</summary>
    public async Task DemandAsync(Guid hostId, CancellationToken cancellation)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        var host = await context.Hosts.AsNoTracking().SingleAsync(host => host.Id == hostId, cancellation);
        if (host.RevokedAt is not null) throw HostProblems.HostRevoked(host.Name).Because();
        if (!connected.IsConnected(hostId)) throw JobProblems.HostOffline(host.Name, host.LastSeenAt).Because();
    }
}
