using BackupFabric.Server.Jobs;

namespace BackupFabric.Server.Control;

/// <summary>An order that an agent says it is still working on.</summary>
internal readonly record struct ClaimedOrder(Guid JobId, int Attempt);

/// <summary>What the server believes a job on this host to be.</summary>
internal readonly record struct BelievedJob(Guid JobId, Guid? HostId, JobState State, int Attempt);

/// <param name="Abandon">The agent works on them, and nobody wants them.</param>
/// <param name="Resume">Both sides agree: the lease is extended.</param>
/// <param name="Lost">The server believes them running there, and the agent does not know them: they are sent again.</param>
internal sealed record ReconciliationPlan(IReadOnlyList<Guid> Abandon, IReadOnlyList<ClaimedOrder> Resume, IReadOnlyList<ClaimedOrder> Lost);

/// <summary>Brings the two views of a host's jobs together when its agent connects. Pure.</summary>
internal static class Reconciliation
{
    public static ReconciliationPlan Plan(Guid hostId, IReadOnlyCollection<ClaimedOrder> claimed, IReadOnlyCollection<BelievedJob> believed)
    {
        var jobs = believed.ToDictionary(job => job.JobId);
        var abandon = new List<Guid>();
        var resume = new List<ClaimedOrder>();
        foreach (var claim in claimed)
        {
            var wanted = jobs.TryGetValue(claim.JobId, out var job)
                && job.HostId == hostId
                && job.Attempt == claim.Attempt
                && job.State is JobState.Running or JobState.Waiting;
            if (wanted) resume.Add(claim);
            else abandon.Add(claim.JobId);
        }

        var held = resume.Select(claim => claim.JobId).ToHashSet();
        var lost = believed
            .Where(job => job.HostId == hostId && job.State == JobState.Running && !held.Contains(job.JobId))
            .Select(job => new ClaimedOrder(job.JobId, job.Attempt))
            .ToList();
        return new ReconciliationPlan(abandon, resume, lost);
    }
}
