using BackupFabric.Protos.V1;

namespace BackupFabric.Server.Jobs;

/// <summary>What is known in memory about a job that an agent works on: its lease and its latest progress.</summary>
internal sealed class LiveJob(Guid jobId, Guid hostId, int attempt, DateTimeOffset leaseUntil)
{
    public Guid JobId { get; } = jobId;

    public Guid HostId { get; } = hostId;

    public int Attempt { get; } = attempt;

    public DateTimeOffset LeaseUntil { get; set; } = leaseUntil;

    /// <summary>Replaced as a whole, so that readers see one consistent report.</summary>
    public JobProgress? Progress { get; set; }

    /// <summary>The report that the catalog has.</summary>
    public JobProgress? Saved { get; set; }
}
