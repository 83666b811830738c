using BackupFabric.Protos.V1;
using BackupFabric.Server.Catalog;
using Microsoft.EntityFrameworkCore;

namespace BackupFabric.Server.Control;

/// <summary>Keeps in the catalog what a host said about itself and when it was last there.</summary>
internal sealed class HostPresence(IDbContextFactory<CatalogContext> catalog, TimeProvider time)
{
    public async Task ConnectedAsync(Guid hostId, Hello hello, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var (version, system, hypervisor) = (Cut(hello.AgentVersion, 100), Cut(hello.OperatingSystem, 255), Cut(hello.Hypervisor, 255));
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        await context.Hosts.Where(host => host.Id == hostId).ExecuteUpdateAsync(
            set => set
                .SetProperty(host => host.LastSeenAt, now)
                .SetProperty(host => host.AgentVersion, version)
                .SetProperty(host => host.OperatingSystem, system)
                .SetProperty(host => host.Hypervisor, hypervisor),
            cancellation);
    }

    public async Task LeftAsync(Guid hostId, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        await context.Hosts.Where(host => host.Id == hostId)
            .ExecuteUpdateAsync(set => set.SetProperty(host => host.LastSeenAt, now), cancellation);
    }

    private static string Cut(string text, int lengthMax) => text.Length <= lengthMax ? text : text[..lengthMax];
}
