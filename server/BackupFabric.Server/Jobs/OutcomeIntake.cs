using BackupFabric.BlockStore;
using BackupFabric.Protos.Rest;
using BackupFabric.Protos.V1;
using BackupFabric.Server.Api;
using BackupFabric.Server.Catalog;

namespace BackupFabric.Server.Jobs;

/// <summary>How an attempt ended, made durable. Told twice, it changes nothing the second time.</summary>
internal sealed class OutcomeIntake(JobDesk desk, Repository repository, JobSettings settings, TimeProvider time)
{
    /// <summary>Returns the job if a newer attempt of it has to be called off, because an older one turned out to have succeeded.</summary>
    public async Task<Job?> TakeAsync(Guid hostId, JobOutcome outcome, CancellationToken cancellation)
    {
        if (!Guid.TryParse(outcome.JobId, out var jobId)) return null;
        var overtaken = false;
        var job = await desk.ChangeAsync(
            jobId,
            current =>
            {
                if (current.HostId != hostId || current.State.HasEnded() || outcome.Attempt > current.Attempt) return null;
                overtaken = outcome.Attempt < current.Attempt;
                // An attempt that was given up may still have got through; that it failed is of no interest any more.
                if (overtaken && outcome.Ending != Ending.Succeeded) return null;
                return Decide(current, outcome);
            },
            cancellation);
        return overtaken && job is not null && job.State.HasEnded() ? job : null;
    }

    private JobEvent? Decide(Job job, JobOutcome outcome)
    {
        if (job.State == JobState.Queued) return null;
        if (outcome.Figures is { } figures) job.FiguresJson = CatalogJson.Write(ViewOf(figures));
        if (job.Kind == JobKind.Backup) job.PointExists = repository.FindPoint(job.PointId) is not null;
        return outcome.Ending switch
        {
            Ending.Succeeded => Succeed(job, outcome),
            Ending.Cancelled when job.CancelRequested => Cancel(job),
            Ending.Cancelled => Fail(job, AgentStopped(job)),
            _ when job.CancelRequested => Cancel(job),
            _ => Fail(job, Named(outcome.Problem)),
        };
    }

    private JobEvent Succeed(Job job, JobOutcome outcome)
    {
        if (job.Kind == JobKind.Backup && !job.PointExists) return Fail(job, PointMissing(job));
        if (Guid.TryParse(outcome.RecoveredVmId, out var recovered)) job.RecoveredVmId = recovered;
        job.WarningsJson = CatalogJson.Write(outcome.Warnings.Select(warning => warning.ToView()));
        job.Explain(null);
        return outcome.Warnings.Count == 0 ? JobEvent.Succeeded : JobEvent.SucceededWithWarnings;
    }

    private static JobEvent Cancel(Job job)
    {
        job.Explain(JobProblems.CancelledByOperator());
        return JobEvent.Cancelled;
    }

    private JobEvent Fail(Job job, Problem problem)
    {
        if (job is { Kind: JobKind.Backup, PointExists: true })
        {
            // The recovery point is committed and complete; what failed came after it.
            job.WarningsJson = CatalogJson.Write(new[] { problem.ToView() });
            job.Explain(null);
            return JobEvent.SucceededWithWarnings;
        }

        job.Explain(problem);
        if (JobRetry.DelayFor(problem.Retry, job.Retries, settings, Random.Shared.NextDouble()) is not { } delay) return JobEvent.Failed;
        job.Retries++;
        job.NotBefore = time.GetUtcNow() + delay;
        return JobEvent.Deferred;
    }

    private static Problem Named(Problem? problem) => string.IsNullOrEmpty(problem?.Code) ? JobProblems.Unnamed() : problem;

    private static Problem PointMissing(Job job) => new()
    {
        Code = "point-not-committed",
        Sentence = $"The agent reported the backup of '{job.VmName}' as done, but the repository holds no recovery point of it.",
        Advice = "Nothing to do: it is tried again. If it stays so, bring agent and server to the same version.",
        Retry = RetryClass.Soon,
    };

    private static Problem AgentStopped(Job job) => new()
    {
        Code = "agent-stopped",
        Sentence = $"The agent on host '{job.HostName}' stopped the job without being asked to.",
        Advice = "Nothing to do: it is tried again. If it stays so, look into the agent's log on the host.",
        Retry = RetryClass.Soon,
    };

    private static JobFiguresView ViewOf(JobFigures figures) => new(
        (long)figures.DiskBytes, (long)figures.ReadBytes, (long)figures.ChangedBytes, (long)figures.OfferedBlocks, (long)figures.SentBlocks,
        (long)figures.SentBytes, (long)figures.WrittenBytes, (int)figures.Resumed);
}
