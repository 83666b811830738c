namespace BackupFabric.Server.Jobs;

/// <summary>After a start: jobs that were running wait for their agents, which tell when they connect what has become of them.</summary>
internal static class JobResumption
{
    public static async Task ResumeAsync(JobDesk desk, CancellationToken cancellation)
    {
        foreach (var job in (await desk.LiveAsync(cancellation)).Where(job => job.State == JobState.Running))
            await desk.ChangeAsync(job.Id, current => JobLoss.Decide(current, job.Attempt), cancellation);
    }
}
