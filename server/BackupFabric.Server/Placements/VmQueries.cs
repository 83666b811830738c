using BackupFabric.Protos.Rest;
using BackupFabric.Server.Api;
using BackupFabric.Server.Catalog;
using Microsoft.EntityFrameworkCore;

namespace BackupFabric.Server.Placements;

internal sealed class VmQueries(IDbContextFactory<CatalogContext> catalog, PlacementBook placements)
{
    public async Task<IReadOnlyList<VmView>> ListAsync(CancellationToken cancellation)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        return await ViewsAsync(context, await context.Vms.AsNoTracking().OrderBy(vm => vm.Name).ToListAsync(cancellation), cancellation);
    }

    public async Task<VmView> ShowAsync(string text, CancellationToken cancellation)
    {
        var vm = await FindAsync(text, cancellation);
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        return (await ViewsAsync(context, [vm], cancellation))[0];
    }

    /// <summary>By id, or by a name that only one VM has. Of several, the one that a host still reports is meant.</summary>
    public async Task<Vm> FindAsync(string text, CancellationToken cancellation)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        if (Guid.TryParse(text, out var id) && await context.Vms.AsNoTracking().SingleOrDefaultAsync(vm => vm.Id == id, cancellation) is { } byId)
            return byId;

        var key = Vm.KeyOf(text);
        var named = await context.Vms.AsNoTracking().Where(vm => vm.NameKey == key).ToListAsync(cancellation);
        if (named.Count > 1)
        {
            var places = await placements.OfAsync([.. named.Select(vm => vm.Id)], cancellation);
            var placed = named.Where(vm => places.ContainsKey(vm.Id)).ToList();
            if (placed.Count > 0) named = placed;
        }

        return named.Count switch
        {
            1 => named[0],
            0 => throw VmProblems.NotFound(text).Because(),
            _ => throw VmProblems.Ambiguous(text, named.Select(vm => vm.Id)).Because(),
        };
    }

    /// <summary>The id of a VM that hosts report or that has recovery points; its host may be long gone.</summary>
    public async Task<Guid> IdOfAsync(string text, CancellationToken cancellation)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        var key = Vm.KeyOf(text);
        var id = Guid.TryParse(text, out var parsed) ? parsed : Guid.Empty;
        if (await context.Vms.AnyAsync(vm => vm.Id == id || vm.NameKey == key, cancellation)) return (await FindAsync(text, cancellation)).Id;
        var inPoints = await context.Points
            .Where(point => point.VmId == id || point.VmNameKey == key)
            .Select(point => point.VmId)
            .Distinct()
            .ToListAsync(cancellation);
        return inPoints.Count switch
        {
            1 => inPoints[0],
            0 => throw VmProblems.NotFound(text).Because(),
            _ => throw VmProblems.Ambiguous(text, inPoints).Because(),
        };
    }

    private async Task<IReadOnlyList<VmView>> ViewsAsync(CatalogContext context, IReadOnlyList<Vm> vms, CancellationToken cancellation)
    {
        var ids = vms.Select(vm => vm.Id).ToList();
        var places = await placements.OfAsync(ids, cancellation);
        var epochs = (await context.Placements.AsNoTracking().Where(placement => ids.Contains(placement.VmId)).ToListAsync(cancellation))
            .GroupBy(placement => placement.VmId)
            .ToDictionary(group => group.Key, group => group.MinBy(placement => placement.Side)!.Epoch);
        var points = await context.Points.Where(point => ids.Contains(point.VmId))
            .GroupBy(point => point.VmId)
            .Select(group => new { group.Key, Count = group.Count(), Last = group.Max(point => point.TakenAt) })
            .ToDictionaryAsync(row => row.Key, cancellation);
        return [.. vms.Select(vm =>
        {
            var placed = places.TryGetValue(vm.Id, out var place);
            points.TryGetValue(vm.Id, out var point);
            return new VmView(
                vm.Id, vm.Name, placed ? vm.State : "unknown", placed ? place.HostId : null, placed ? place.HostName : null,
                (ulong)(placed ? place.Epoch : epochs.GetValueOrDefault(vm.Id)), vm.Generation, vm.ConfigurationVersion, vm.GuestOs, vm.ReplicaRole,
                vm.Disks(), vm.Warnings(), point?.Count ?? 0, point?.Last);
        })];
    }
}
