using BackupFabric.BlockStore;
using BackupFabric.Protos.Rest;
using BackupFabric.Server.Api;
using BackupFabric.Server.Catalog;
using BackupFabric.Server.Hosts;
using BackupFabric.Server.Jobs;
using BackupFabric.Server.Placements;
using BackupFabric.Server.Points;
using Microsoft.EntityFrameworkCore;

namespace BackupFabric.Server.Recoveries;

/// <summary>Decides whether a recovery can be begun; when it cannot, nothing has changed.</summary>
internal sealed class RecoverRequests(
    IDbContextFactory<CatalogContext> catalog,
    PointBook points,
    Repository repository,
    HostQueries hostQueries,
    HostAvailability availability,
    PlacementBook placements,
    JobDesk desk,
    TimeProvider time)
{
    public async Task<JobAccepted> RequestAsync(RecoverVmRequest request, string requestedBy, CancellationToken cancellation)
    {
        var point = await points.FindAsync(request.PointId.ToString("N"), cancellation);
        if (repository.FindPoint(point.Id) is null) throw PointProblems.NotInRepository(point.IdText).Because();
        var host = await hostQueries.FindAsync(request.ToHost ?? "", cancellation);
        var name = request.Name ?? point.VmName;
        if (!RecoverNames.IsName(name)) throw RecoverProblems.NameInvalid(name).Because();
        var folder = string.IsNullOrEmpty(request.Path) ? null : request.Path;
        if (folder is not null && !RecoverNames.IsFolder(folder)) throw RecoverProblems.PathInvalid(folder).Because();
        await availability.DemandAsync(host.Id, cancellation);
        if (await HasVmNamedAsync(host.Id, name, cancellation)) throw RecoverProblems.NameExists(name, host.Name).Because();

        var id = Guid.NewGuid();
        var job = new Job
        {
            Id = id,
            IdText = id.ToString("N"),
            Kind = JobKind.Recover,
            VmId = point.VmId,
            VmName = name,
            HostId = host.Id,
            HostName = host.Name,
            PointId = point.Id,
            RecoverName = name,
            RecoverFolder = folder,
            // Two VMs of one identity would be one VM in two places; the old identity is taken up again only when nobody has it.
            NewIdentity = await placements.OfAsync(point.VmId, cancellation) is not null,
            RequestedBy = requestedBy,
            CreatedAt = time.GetUtcNow(),
            Claim = Job.RecoverClaim(host.Id, name),
        };
        await desk.CreateAsync(job, live => JobProblems.RecoveryRuns(name, host.Name, live), cancellation);
        return new JobAccepted(id);
    }

    private async Task<bool> HasVmNamedAsync(Guid hostId, string name, CancellationToken cancellation)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        var names = await context.Sightings.Where(sighting => sighting.HostId == hostId).Select(sighting => sighting.Name).ToListAsync(cancellation);
        return names.Contains(name, StringComparer.OrdinalIgnoreCase);
    }
}
