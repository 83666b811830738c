using BackupFabric.Protos.V1;
using BackupFabric.Server.Catalog;
using BackupFabric.Server.Jobs;
using Microsoft.EntityFrameworkCore;

namespace BackupFabric.Server.Control;

/// <summary>What a host's coming and going means to its jobs.</summary>
internal sealed class HostJobs(IDbContextFactory<CatalogContext> catalog, JobDesk desk, JobBoard board)
{
    /// <summary>Applies the plan; returns it together with the resumed jobs that the operator has cancelled meanwhile.</summary>
    public async Task<(ReconciliationPlan Plan, IReadOnlyList<Guid> Cancelled)> ReconcileAsync(
        Guid hostId, IEnumerable<ActiveOrder> active, CancellationToken cancellation)
    {
        var claims = Parse(active);
        var plan = Reconciliation.Plan(hostId, claims, await BelievedAsync(hostId, claims, cancellation));
        var abandon = new List<Guid>(plan.Abandon);
        var resumed = new List<ClaimedOrder>();
        var cancelled = new List<Guid>();
        foreach (var claim in plan.Resume)
        {
            var job = await desk.ChangeAsync(claim.JobId, current => ResumeEvent(current, claim), cancellation);
            if (job is not { State: JobState.Running } || job.Attempt != claim.Attempt)
            {
                abandon.Add(claim.JobId);
                continue;
            }

            board.Start(claim.JobId, hostId, claim.Attempt);
            resumed.Add(claim);
            if (job.CancelRequested) cancelled.Add(claim.JobId);
        }

        foreach (var lost in plan.Lost)
            await desk.ChangeAsync(lost.JobId, current => JobLoss.Decide(current, lost.Attempt), cancellation);
        return (new ReconciliationPlan(abandon, resumed, plan.Lost), cancelled);
    }

    public async Task LoseAllAsync(Guid hostId, CancellationToken cancellation)
    {
        foreach (var job in await RunningOnAsync(hostId, cancellation))
            await desk.ChangeAsync(job.JobId, current => current.HostId == hostId ? JobLoss.Decide(current, job.Attempt) : null, cancellation);
    }

    /// <summary>The host was revoked: what it had under way ends.</summary>
    public async Task FailAllAsync(Guid hostId, string hostName, CancellationToken cancellation)
    {
        foreach (var job in (await desk.LiveAsync(cancellation)).Where(job => job.HostId == hostId))
        {
            await desk.ChangeAsync(
                job.Id,
                current =>
                {
                    if (current.State.HasEnded() || current.HostId != hostId) return null;
                    current.Explain(JobProblems.HostRevoked(hostName));
                    return JobEvent.Failed;
                },
                cancellation);
        }
    }

    private static JobEvent? ResumeEvent(Job job, ClaimedOrder claim) =>
        job.Attempt == claim.Attempt && job.State is (JobState.Running or JobState.Waiting) ? JobEvent.Resumed : null;

    private static List<ClaimedOrder> Parse(IEnumerable<ActiveOrder> active)
    {
        var claims = new Dictionary<Guid, ClaimedOrder>();
        foreach (var order in active)
            if (Guid.TryParse(order.JobId, out var id) && order.Attempt <= int.MaxValue) claims[id] = new ClaimedOrder(id, (int)order.Attempt);
        return [.. claims.Values];
    }

    private async Task<List<BelievedJob>> BelievedAsync(Guid hostId, List<ClaimedOrder> claims, CancellationToken cancellation)
    {
        var claimedIds = claims.Select(claim => claim.JobId).ToList();
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        return await context.Jobs.AsNoTracking()
            .Where(job => claimedIds.Contains(job.Id) || (job.HostId == hostId && job.State == JobState.Running))
            .Select(job => new BelievedJob(job.Id, job.HostId, job.State, job.Attempt))
            .ToListAsync(cancellation);
    }

    private async Task<List<BelievedJob>> RunningOnAsync(Guid hostId, CancellationToken cancellation)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        return await context.Jobs.AsNoTracking()
            .Where(job => job.HostId == hostId && job.State == JobState.Running)
            .Select(job => new BelievedJob(job.Id, job.HostId, job.State, job.Attempt))
            .ToListAsync(cancellation);
    }
}
