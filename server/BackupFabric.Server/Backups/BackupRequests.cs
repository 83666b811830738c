using BackupFabric.Protos.Rest;
using BackupFabric.Protos.V1;
using BackupFabric.Server.Api;
using BackupFabric.Server.Hosts;
using BackupFabric.Server.Jobs;
using BackupFabric.Server.Placements;

namespace BackupFabric.Server.Backups;

/// <summary>Decides whether a backup can be begun; when it cannot, nothing has changed.</summary>
internal sealed class BackupRequests(VmQueries vms, PlacementBook placements, HostAvailability hosts, JobDesk desk, TimeProvider time)
{
    public async Task<JobAccepted> RequestAsync(string vmText, BackupRequest request, string requestedBy, CancellationToken cancellation)
    {
        if (!ConsistencyWords.TryParse(request.Contract, out var contract)) throw ContractInvalid(request.Contract!).Because();
        var vm = await vms.FindAsync(vmText, cancellation);
        var place = await placements.OfAsync(vm.Id, cancellation) ?? throw JobProblems.VmNotPlaced(vm.Name).Because();
        await hosts.DemandAsync(place.HostId, cancellation);

        var now = time.GetUtcNow();
        var id = Guid.NewGuid();
        var job = new Job
        {
            Id = id,
            IdText = id.ToString("N"),
            Kind = JobKind.Backup,
            VmId = vm.Id,
            VmName = vm.Name,
            HostName = place.HostName,
            Contract = contract,
            Full = request.Full,
            PointId = Guid.NewGuid(),
            RequestedBy = requestedBy,
            CreatedAt = now,
            Claim = Job.BackupClaim(vm.Id),
        };
        await desk.CreateAsync(job, live => JobProblems.VmHasJob(vm.Name, live), cancellation);
        return new JobAccepted(id);
    }

    private static Problem ContractInvalid(string word) => new()
    {
        Code = "contract-invalid",
        Sentence = $"'{word}' is not a consistency contract.",
        Advice = "Use application-preferred, application-required, crash-accepted or offline-accepted.",
    };
}
