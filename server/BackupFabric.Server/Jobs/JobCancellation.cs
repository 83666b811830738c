using BackupFabric.Protos.V1;
using BackupFabric.Server.Control;

namespace BackupFabric.Server.Jobs;

/// <summary>Calls a job off: at once when no agent has it, otherwise through its agent, which cleans up and confirms.</summary>
internal sealed class JobCancellation(JobDesk desk, ConnectedHosts hosts)
{
    public async Task<Job?> CancelAsync(Guid jobId, CancellationToken cancellation)
    {
        var job = await desk.ChangeAsync(
            jobId,
            current =>
            {
                if (current.State is not (JobState.Queued or JobState.Waiting)) return null;
                current.CancelRequested = true;
                current.Explain(JobProblems.CancelledByOperator());
                return JobEvent.Cancelled;
            },
            cancellation);
        if (job is { State: JobState.Running })
            job = await desk.NoteAsync(jobId, current => current.State == JobState.Running && (current.CancelRequested = true), cancellation);
        // Also for one that was waiting: its agent may be on its way back with it.
        if (job is { CancelRequested: true, HostId: { } hostId }) Tell(hostId, jobId, "cancelled by an operator");
        return job;
    }

    public void Tell(Guid hostId, Guid jobId, string reason) =>
        hosts.Find(hostId)?.TryPost(new AgentDown { Cancel = new CancelOrder { JobId = jobId.ToString("D"), Reason = reason } });
}
