using System.Collections.Concurrent;
using BackupFabric.Protos.V1;

namespace BackupFabric.Server.Jobs;

/// <summary>
/// The living side of jobs, in memory: leases, the latest progress. Nothing here decides a state; what is lost with the process is
/// told again by the agents when they reconnect.
/// </summary>
internal sealed class JobBoard(JobFeed feed, TimeProvider time, JobSettings settings)
{
    private readonly ConcurrentDictionary<Guid, LiveJob> _live = new();

    public ICollection<LiveJob> Live => _live.Values;

    public DateTimeOffset Start(Guid jobId, Guid hostId, int attempt)
    {
        var until = time.GetUtcNow() + settings.Lease;
        _live[jobId] = new LiveJob(jobId, hostId, attempt, until);
        return until;
    }

    public void Remove(Guid jobId) => _live.TryRemove(jobId, out _);

    public bool IsLeaseOver(Guid jobId, DateTimeOffset now) => !_live.TryGetValue(jobId, out var live) || live.LeaseUntil < now;

    /// <summary>False when the job is not this host's, or not under this attempt.</summary>
    public bool Report(Guid hostId, Guid jobId, JobProgress progress)
    {
        if (!_live.TryGetValue(jobId, out var live) || live.HostId != hostId || live.Attempt != progress.Attempt) return false;
        live.Progress = progress;
        live.LeaseUntil = time.GetUtcNow() + settings.Lease;
        feed.Changed(jobId);
        return true;
    }

    /// <summary>Extends the leases of a host's jobs; false for a job that it should not be working on.</summary>
    public bool Renew(Guid hostId, Guid jobId)
    {
        if (!_live.TryGetValue(jobId, out var live) || live.HostId != hostId) return false;
        live.LeaseUntil = time.GetUtcNow() + settings.Lease;
        return true;
    }

    /// <summary>Puts the latest progress into a job as it was read from the catalog.</summary>
    public Job Overlay(Job job)
    {
        if (_live.TryGetValue(job.Id, out var live) && live.Attempt == job.Attempt && live.Progress is { } progress) Copy(progress, job);
        return job;
    }

    private static void Copy(JobProgress progress, Job job)
    {
        job.Phase = Truncate(progress.Phase, 30);
        job.DoneBytes = (long)progress.DoneBytes;
        job.WorkBytes = (long)progress.WorkBytes;
        job.ReadBytes = (long)progress.ReadBytes;
        job.SentBytes = (long)progress.SentBytes;
        job.Detail = Truncate(progress.Detail, 255);
    }

    private static string Truncate(string text, int lengthMax) => text.Length <= lengthMax ? text : text[..lengthMax];
}
