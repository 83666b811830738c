namespace BackupFabric.Server.Jobs;

/// <summary>What becomes of a job whose agent went away with it.</summary>
internal static class JobLoss
{
    /// <param name="attempt">The attempt that was lost; a newer one is not touched.</param>
    public static JobEvent? Decide(Job job, int attempt)
    {
        if (job.State is not (JobState.Running or JobState.Waiting) || job.Attempt != attempt) return null;
        if (job.CancelRequested)
        {
            // Nobody is left to confirm it; when the agent comes back it is told to abandon the job.
            job.Explain(JobProblems.CancelledByOperator());
            return JobEvent.Cancelled;
        }

        job.Explain(JobProblems.WaitingForHost(job.HostName ?? "?"));
        return JobEvent.AgentLost;
    }
}
