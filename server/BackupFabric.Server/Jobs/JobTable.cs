namespace BackupFabric.Server.Jobs;

/// <summary>The state machine of a job as one table. What is not in it does not happen.</summary>
internal static class JobTable
{
    private static readonly Dictionary<(JobState State, JobEvent Event), JobState> Table = new()
    {
        [(JobState.Queued, JobEvent.Sent)] = JobState.Running,
        [(JobState.Queued, JobEvent.Held)] = JobState.Waiting,
        [(JobState.Queued, JobEvent.Failed)] = JobState.Failed,
        [(JobState.Queued, JobEvent.Cancelled)] = JobState.Cancelled,

        [(JobState.Waiting, JobEvent.Sent)] = JobState.Running,
        [(JobState.Waiting, JobEvent.Resumed)] = JobState.Running,
        [(JobState.Waiting, JobEvent.AgentLost)] = JobState.Waiting,
        [(JobState.Waiting, JobEvent.Held)] = JobState.Waiting,
        [(JobState.Waiting, JobEvent.Deferred)] = JobState.Queued,
        [(JobState.Waiting, JobEvent.Succeeded)] = JobState.Succeeded,
        [(JobState.Waiting, JobEvent.SucceededWithWarnings)] = JobState.SucceededWithWarnings,
        [(JobState.Waiting, JobEvent.Failed)] = JobState.Failed,
        [(JobState.Waiting, JobEvent.Cancelled)] = JobState.Cancelled,

        [(JobState.Running, JobEvent.Resumed)] = JobState.Running,
        [(JobState.Running, JobEvent.AgentLost)] = JobState.Waiting,
        [(JobState.Running, JobEvent.Deferred)] = JobState.Queued,
        [(JobState.Running, JobEvent.Succeeded)] = JobState.Succeeded,
        [(JobState.Running, JobEvent.SucceededWithWarnings)] = JobState.SucceededWithWarnings,
        [(JobState.Running, JobEvent.Failed)] = JobState.Failed,
        [(JobState.Running, JobEvent.Cancelled)] = JobState.Cancelled,
    };

    public static bool TryNext(JobState state, JobEvent happened, out JobState next) => Table.TryGetValue((state, happened), out next);

    public static JobState Next(JobState state, JobEvent happened) =>
        TryNext(state, happened, out var next)
            ? next
            : throw new InvalidOperationException($"A job that is {state.Word()} cannot take the event '{happened}'.");
}
