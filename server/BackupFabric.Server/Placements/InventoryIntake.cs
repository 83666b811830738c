using BackupFabric.Protos.Rest;
using BackupFabric.Protos.V1;
using BackupFabric.Server.Catalog;
using BackupFabric.Server.Jobs;
using Microsoft.EntityFrameworkCore;
using Polly;

namespace BackupFabric.Server.Placements;

/// <summary>Takes what hosts report about their VMs into the catalog: sightings first, placements from them.</summary>
internal sealed partial class InventoryIntake(
    IDbContextFactory<CatalogContext> catalog,
    ResiliencePipeline retry,
    DispatchSignal dispatch,
    TimeProvider time,
    ILogger<InventoryIntake> log) : IDisposable
{
    private const int NameLengthMax = 255;

    // Reports of all hosts one after the other: a move is two reports, and each must see what the other left.
    private readonly SemaphoreSlim _gate = new(1, 1);

    public Task TakeAsync(Guid hostId, Inventory inventory, CancellationToken cancellation) =>
        ChangeAsync(context => TakeOnceAsync(context, hostId, inventory, cancellation), cancellation);

    /// <summary>The host holds nothing any more, as far as this server is concerned.</summary>
    public Task ForgetHostAsync(Guid hostId, CancellationToken cancellation) =>
        ChangeAsync(context => TakeOnceAsync(context, hostId, new Inventory { Complete = true }, cancellation), cancellation);

    public void Dispose() => _gate.Dispose();

    private async Task ChangeAsync(Func<CatalogContext, Task> change, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            await retry.ExecuteAsync(
                async token =>
                {
                    await using var context = await catalog.CreateDbContextAsync(token);
                    await change(context);
                    await context.SaveChangesAsync(token);
                },
                cancellation);
        }
        finally
        {
            _gate.Release();
        }

        dispatch.Wake();
    }

    private async Task TakeOnceAsync(CatalogContext context, Guid hostId, Inventory inventory, CancellationToken cancellation)
    {
        var reported = Parse(inventory.Vms, hostId);
        var known = await context.Sightings.Where(sighting => sighting.HostId == hostId).ToDictionaryAsync(sighting => sighting.VmId, cancellation);
        var gone = inventory.Complete
            ? known.Keys.Where(vmId => !reported.ContainsKey(vmId)).ToList()
            : [.. inventory.Gone.Select(text => Guid.TryParse(text, out var id) ? id : Guid.Empty).Where(known.ContainsKey)];

        foreach (var (vmId, vm) in reported) See(context, hostId, vmId, vm, known);
        context.Sightings.RemoveRange(gone.Select(vmId => known[vmId]));
        await PlaceAsync(context, hostId, [.. reported.Keys.Union(gone)], reported, cancellation);
    }

    private Dictionary<Guid, VirtualMachine> Parse(IEnumerable<VirtualMachine> vms, Guid hostId)
    {
        var parsed = new Dictionary<Guid, VirtualMachine>();
        foreach (var vm in vms)
        {
            if (Guid.TryParse(vm.VmId, out var id) && id != Guid.Empty) parsed[id] = vm;
            else LogBadVmId(hostId, vm.VmId);
        }

        return parsed;
    }

    private void See(CatalogContext context, Guid hostId, Guid vmId, VirtualMachine vm, Dictionary<Guid, VmSighting> known)
    {
        var side = PlacementSides.Of(vm.ReplicaRole);
        if (!known.TryGetValue(vmId, out var sighting))
        {
            context.Sightings.Add(new VmSighting { HostId = hostId, VmId = vmId, Side = side, Name = NameOf(vm), FirstSeenAt = time.GetUtcNow() });
            return;
        }

        sighting.Name = NameOf(vm);
        if (sighting.Side == side) return;
        // A failover of Hyper-V Replica: on its new side the host is the newest place.
        sighting.Side = side;
        sighting.FirstSeenAt = time.GetUtcNow();
    }

    private async Task PlaceAsync(
        CatalogContext context, Guid hostId, IReadOnlyList<Guid> vmIds, Dictionary<Guid, VirtualMachine> reported, CancellationToken cancellation)
    {
        if (vmIds.Count == 0) return;
        await context.Sightings.Where(sighting => vmIds.Contains(sighting.VmId)).LoadAsync(cancellation);
        await context.Placements.Where(placement => vmIds.Contains(placement.VmId)).LoadAsync(cancellation);
        var vms = await context.Vms.Where(vm => vmIds.Contains(vm.Id)).ToDictionaryAsync(vm => vm.Id, cancellation);
        var sightings = context.ChangeTracker.Entries<VmSighting>()
            .Where(entry => entry.State != EntityState.Deleted)
            .Select(entry => entry.Entity)
            .ToLookup(sighting => sighting.VmId);
        var placements = context.Placements.Local.ToLookup(placement => placement.VmId);

        foreach (var vmId in vmIds)
        {
            var sides = sightings[vmId].Select(sighting => sighting.Side).Concat(placements[vmId].Select(placement => placement.Side)).Distinct().ToList();
            foreach (var side in sides) Place(context, vmId, side, [.. sightings[vmId].Where(sighting => sighting.Side == side)], placements[vmId]);
            var place = context.Placements.Local.Where(placement => placement.VmId == vmId && placement.HostId != null).MinBy(placement => placement.Side);
            if (reported.TryGetValue(vmId, out var vm) && place?.HostId == hostId) Describe(context, vms, vmId, vm);
        }
    }

    private void Place(CatalogContext context, Guid vmId, PlacementSide side, IReadOnlyList<VmSighting> sightings, IEnumerable<Placement> placements)
    {
        var placement = placements.SingleOrDefault(placement => placement.Side == side);
        var decision = PlacementRule.Decide(
            placement?.HostId, placement?.Epoch ?? 0, [.. sightings.Select(sighting => new Sighted(sighting.HostId, sighting.FirstSeenAt))]);
        if (!decision.Changed) return;

        var now = time.GetUtcNow();
        if (placement is null)
        {
            placement = new Placement { VmId = vmId, Side = side };
            context.Placements.Add(placement);
        }

        LogPlaced(vmId, side, placement.HostId, decision.HostId, decision.Epoch);
        (placement.HostId, placement.Epoch, placement.Since) = (decision.HostId, decision.Epoch, now);
        context.PlacementChanges.Add(new PlacementChange
        {
            Id = Guid.CreateVersion7(now),
            VmId = vmId,
            Side = side,
            HostId = decision.HostId,
            Epoch = decision.Epoch,
            At = now,
        });
    }

    private void Describe(CatalogContext context, Dictionary<Guid, Vm> vms, Guid vmId, VirtualMachine reported)
    {
        if (!vms.TryGetValue(vmId, out var vm))
        {
            vm = new Vm { Id = vmId, Name = "", FirstSeenAt = time.GetUtcNow() };
            context.Vms.Add(vm);
        }

        vm.Name = NameOf(reported);
        vm.NameKey = Vm.KeyOf(vm.Name);
        vm.State = VmWords.Of(reported.State);
        vm.Generation = (int)reported.Generation;
        vm.ConfigurationVersion = Cut(reported.ConfigurationVersion, 20);
        vm.GuestOs = Cut(reported.GuestOs, NameLengthMax);
        vm.ReplicaRole = VmWords.Of(reported.ReplicaRole);
        vm.MemoryBytes = (long)reported.MemoryBytes;
        vm.DisksJson = CatalogJson.Write(reported.Disks.Select(disk =>
            new VmDiskView(disk.Path, disk.Location, (long)disk.Length, disk.DiskKey, VmWords.Of(disk.Protection))));
        vm.WarningsJson = CatalogJson.Write(reported.Warnings);
        vm.SeenAt = time.GetUtcNow();
    }

    private static string NameOf(VirtualMachine vm) => Cut(vm.Name.Length == 0 ? vm.VmId : vm.Name, NameLengthMax);

    private static string Cut(string text, int lengthMax) => text.Length <= lengthMax ? text : text[..lengthMax];

    [LoggerMessage(LogLevel.Information, "VM {VmId} ({Side}) moved from host {From} to {To}; epoch {Epoch}.")]
    private partial void LogPlaced(Guid vmId, PlacementSide side, Guid? from, Guid? to, long epoch);

    [LoggerMessage(LogLevel.Warning, "Host {HostId} reported a VM whose id '{VmId}' is not a GUID; it is left out.")]
    private partial void LogBadVmId(Guid hostId, string vmId);
}
