using BackupFabric.Server.Catalog;
using Microsoft.EntityFrameworkCore;

namespace BackupFabric.Server.Placements;

/// <summary>Reads where VMs are. The original's side is preferred; a VM that only its replica's host reports is read there.</summary>
internal sealed class PlacementBook(IDbContextFactory<CatalogContext> catalog)
{
    public async Task<IReadOnlyDictionary<Guid, VmPlace>> OfAsync(IReadOnlyCollection<Guid> vmIds, CancellationToken cancellation)
    {
        if (vmIds.Count == 0) return new Dictionary<Guid, VmPlace>();
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        var wanted = vmIds.ToList();
        var rows = await (
            from placement in context.Placements.AsNoTracking()
            join host in context.Hosts.AsNoTracking() on placement.HostId equals host.Id
            where wanted.Contains(placement.VmId) && host.RevokedAt == null
            select new { placement.VmId, placement.Side, host.Id, host.Name, placement.Epoch }).ToListAsync(cancellation);
        return rows.GroupBy(row => row.VmId).ToDictionary(
            group => group.Key,
            group => group.OrderBy(row => row.Side).Select(row => new VmPlace(row.Id, row.Name, row.Epoch)).First());
    }

    public async Task<VmPlace?> OfAsync(Guid vmId, CancellationToken cancellation)
    {
        var places = await OfAsync([vmId], cancellation);
        return places.TryGetValue(vmId, out var place) ? place : null;
    }
}
