using BackupFabric.Protos.V1;
using BackupFabric.Server.Api;
using BackupFabric.Server.Catalog;
using Microsoft.EntityFrameworkCore;
using Polly;

namespace BackupFabric.Server.Jobs;

/// <summary>
/// The only way in which jobs change. Decisions of this process are made one at a time; the version column holds off any other
/// process. Every change is in the catalog before anybody hears of it.
/// </summary>
internal sealed partial class JobDesk(
    IDbContextFactory<CatalogContext> catalog,
    ResiliencePipeline retry,
    JobBoard board,
    JobFeed feed,
    DispatchSignal dispatch,
    TimeProvider time,
    ILogger<JobDesk> log) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>Adds a job unless a live one has the same claim; then <paramref name="refusal"/> says why not.</summary>
    public async Task<Job> CreateAsync(Job job, Func<Job, Problem> refusal, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            await using var context = await catalog.CreateDbContextAsync(cancellation);
            if (await LiveWithClaimAsync(context, job.Claim, cancellation) is { } live) throw refusal(live).Because();
            context.Jobs.Add(job);
            try
            {
                await context.SaveChangesAsync(cancellation);
            }
            catch (DbUpdateException)
            {
                // Another process was faster: the unique claim refused the row.
                if (await LiveWithClaimAsync(context, job.Claim, cancellation) is { } faster) throw refusal(faster).Because();
                throw;
            }
        }
        finally
        {
            _gate.Release();
        }

        LogCreated(job.Id, job.Kind, job.VmName, job.RequestedBy);
        dispatch.Wake();
        return job;
    }

    public async Task<Job?> FindAsync(Guid jobId, CancellationToken cancellation)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        var job = await context.Jobs.AsNoTracking().SingleOrDefaultAsync(job => job.Id == jobId, cancellation);
        return job is null ? null : board.Overlay(job);
    }

    public async Task<IReadOnlyList<Job>> LiveAsync(CancellationToken cancellation)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        return await context.Jobs.AsNoTracking().Where(job => JobStates.Live.Contains(job.State)).ToListAsync(cancellation);
    }

    /// <summary>
    /// Lets <paramref name="decide"/> look at the job and say what happened to it; it may change other fields as well. Null: nothing
    /// happened, and nothing is saved. Returns the job as it stands, or null when there is none. Decide may be called again when the
    /// row was changed from elsewhere.
    /// </summary>
    public async Task<Job?> ChangeAsync(Guid jobId, Func<Job, JobEvent?> decide, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            return await retry.ExecuteAsync(async token => await ChangeOnceAsync(jobId, decide, token), cancellation);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Changes fields of a job without an event; false from <paramref name="change"/> saves nothing.</summary>
    public async Task<Job?> NoteAsync(Guid jobId, Func<Job, bool> change, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            return await retry.ExecuteAsync(
                async token =>
                {
                    await using var context = await catalog.CreateDbContextAsync(token);
                    var job = await context.Jobs.SingleOrDefaultAsync(job => job.Id == jobId, token);
                    if (job is null || !change(job)) return job;
                    await context.SaveChangesAsync(token);
                    feed.Changed(jobId);
                    return job;
                },
                cancellation);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<Job?> ChangeOnceAsync(Guid jobId, Func<Job, JobEvent?> decide, CancellationToken cancellation)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        var job = await context.Jobs.SingleOrDefaultAsync(job => job.Id == jobId, cancellation);
        if (job is null || decide(job) is not { } happened) return job;

        var before = job.State;
        job.State = JobTable.Next(before, happened);
        // With Sent a new attempt begins; what is on the board belongs to the one before.
        if (happened != JobEvent.Sent) board.Overlay(job);
        Stamp(job, happened);
        await context.SaveChangesAsync(cancellation);

        if (job.State != JobState.Running) board.Remove(jobId);
        LogChanged(jobId, before, job.State, happened, job.Attempt);
        feed.Changed(jobId);
        dispatch.Wake();
        return job;
    }

    private void Stamp(Job job, JobEvent happened)
    {
        var now = time.GetUtcNow();
        switch (job.State)
        {
            case JobState.Running:
                if (happened == JobEvent.Sent) job.StartedAt ??= now;
                job.WaitingSince = null;
                job.NotBefore = null;
                job.Explain(null);
                break;
            case JobState.Waiting:
                job.WaitingSince ??= now;
                break;
            case JobState.Queued:
                job.WaitingSince = null;
                job.TicketHash = null;
                break;
            default:
                job.EndedAt = now;
                job.WaitingSince = null;
                job.NotBefore = null;
                job.TicketHash = null;
                job.Claim = null;
                break;
        }
    }

    private static Task<Job?> LiveWithClaimAsync(CatalogContext context, string? claim, CancellationToken cancellation) =>
        claim is null
            ? Task.FromResult<Job?>(null)
            : context.Jobs.AsNoTracking().FirstOrDefaultAsync(job => job.Claim == claim, cancellation);

    [LoggerMessage(LogLevel.Information, "Job {JobId}: {Kind} of '{VmName}', asked for by {RequestedBy}.")]
    private partial void LogCreated(Guid jobId, JobKind kind, string vmName, string requestedBy);

    [LoggerMessage(LogLevel.Information, "Job {JobId}: {Before} -> {After} ({Happened}, attempt {Attempt}).")]
    private partial void LogChanged(Guid jobId, JobState before, JobState after, JobEvent happened, int attempt);
}
