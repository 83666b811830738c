using BackupFabric.Server.Catalog;
using BackupFabric.Server.Control;
using BackupFabric.Server.Placements;
using Microsoft.EntityFrameworkCore;

namespace BackupFabric.Server.Hosts;

/// <summary>Takes a host's right to act: in the catalog first, then from its open calls, its jobs and its VMs' places.</summary>
internal sealed partial class HostRevocation(
    IDbContextFactory<CatalogContext> catalog,
    HostCalls calls,
    ConnectedHosts connected,
    HostJobs jobs,
    InventoryIntake inventory,
    TimeProvider time,
    ILogger<HostRevocation> log)
{
    public async Task RevokeAsync(Guid hostId, string revokedBy, CancellationToken cancellation)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        var host = await context.Hosts.SingleAsync(host => host.Id == hostId, cancellation);
        if (host.RevokedAt is null)
        {
            host.RevokedAt = time.GetUtcNow();
            host.NameKey = null;
            await context.SaveChangesAsync(cancellation);
            LogRevoked(host.Name, hostId, revokedBy);
        }

        calls.Revoke(hostId);
        connected.Drop(hostId, HostProblems.HostRevoked(host.Name));
        await jobs.FailAllAsync(hostId, host.Name, cancellation);
        await inventory.ForgetHostAsync(hostId, cancellation);
    }

    [LoggerMessage(LogLevel.Warning, "Host '{Name}' ({HostId}) was revoked by {RevokedBy}.")]
    private partial void LogRevoked(string name, Guid hostId, string revokedBy);
}
