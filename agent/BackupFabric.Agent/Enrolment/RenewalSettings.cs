namespace BackupFabric.Agent.Enrolment;

public sealed record RenewalSettings
{
    /// <summary>Share of the waiting time by which a renewal may come early.</summary>
    public double Jitter { get; init; } = 0.1;

    /// <summary>After a renewal that did not succeed; up to twice as long.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The clock is looked at again at least this often: hosts sleep, and clocks are set.</summary>
    public TimeSpan LongestSleep { get; init; } = TimeSpan.FromHours(6);
}
