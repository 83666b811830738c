using BackupFabric.Agent.Control;
using BackupFabric.Agent.Enrolment;
using BackupFabric.Agent.Orders;
using BackupFabric.Agent.Protect;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent;

/// <summary>Everything that can be set about an agent. Wrong settings stop the start; see <see cref="Objections"/>.</summary>
public sealed record AgentOptions
{
    /// <summary>Identity, journal and unsent outcomes lie here.</summary>
    public required string DataFolder { get; init; }

    public TransferLimits Transfer { get; init; } = new();

    public TransferRetries Retries { get; init; } = new();

    public OrderLimits Orders { get; init; } = new();

    public ControlSettings Control { get; init; } = new();

    public RenewalSettings Renewal { get; init; } = new();

    /// <summary>How often leftovers of dead jobs are looked for, and leases checked against the clock.</summary>
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the start waits for the leftovers of a crash to be gone before it connects; what takes longer goes on beside.</summary>
    public TimeSpan FirstSweepWithin { get; init; } = TimeSpan.FromSeconds(20);

    public TimeSpan LeasesCheckedEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For running jobs to stop and clean up when the agent is asked to stop.</summary>
    public TimeSpan StopWithin { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>What is wrong with these settings: which, why and what to do.</summary>
    public IEnumerable<Problem> Objections()
    {
        if (string.IsNullOrWhiteSpace(DataFolder)) yield return Wrong("DataFolder", "is empty.", "Name a folder that only the agent may read.");
        else if (File.Exists(DataFolder)) yield return Wrong("DataFolder", $"names a file ('{DataFolder}').", "Name a folder that only the agent may read.");

        foreach (var (name, value, least, greatest) in Numbers())
        {
            if (value < least || value > greatest) yield return Wrong(name, $"is {value}.", $"Choose something from {least} to {greatest}.");
        }

        foreach (var (name, value) in Times())
        {
            if (value <= TimeSpan.Zero) yield return Wrong(name, $"is {value}.", "Choose a time greater than zero.");
        }
    }

    private IEnumerable<(string Name, long Value, long Least, long Greatest)> Numbers() =>
    [
        ("Transfer.Workers", Transfer.Workers, 1, 256),
        ("Transfer.SpansInFlight", Transfer.SpansInFlight, 1, 1024),
        ("Transfer.BytesInFlight", Transfer.BytesInFlight, 16 << 20, 64L << 30),
        ("Transfer.DisksAtOnce", Transfer.DisksAtOnce, 1, 64),
        ("Transfer.BatchBytes", Transfer.BatchBytes, 64 << 10, 16 << 20),
        ("Transfer.BatchesInFlight", Transfer.BatchesInFlight, 1, 1024),
        ("Transfer.KnownIds", Transfer.KnownIds, 0, 64 << 20),
        ("Transfer.RememberedEntries", Transfer.RememberedEntries, 0, 64 << 20),
        ("Transfer.AuditedPlaces", Transfer.AuditedPlaces, 0, BaseLayout.SpansMax),
        ("Transfer.AuditedBytes", Transfer.AuditedBytes, 0, 1L << 30),
        ("Transfer.RecoveryBytesInFlight", Transfer.RecoveryBytesInFlight, 16 << 20, 64L << 30),
        ("Retries.BreaksMax", Retries.BreaksMax, 1, int.MaxValue),
        ("Orders.AtOnce", Orders.AtOnce, 1, 256),
        ("Orders.Held", Orders.Held, 1, 100_000),
    ];

    private IEnumerable<(string Name, TimeSpan Value)> Times() =>
    [
        ("Retries.FirstDelay", Retries.FirstDelay),
        ("Retries.GreatestDelay", Retries.GreatestDelay),
        ("Orders.DefaultLease", Orders.DefaultLease),
        ("Orders.LeaseGrace", Orders.LeaseGrace),
        ("Control.FirstDelay", Control.FirstDelay),
        ("Control.GreatestDelay", Control.GreatestDelay),
        ("Control.RefusedDelay", Control.RefusedDelay),
        ("Control.AnswerPatience", Control.AnswerPatience),
        ("Control.PulseEvery", Control.PulseEvery),
        ("Control.ProgressEvery", Control.ProgressEvery),
        ("Control.InventoryEvery", Control.InventoryEvery),
        ("SweepEvery", SweepEvery),
        ("FirstSweepWithin", FirstSweepWithin),
        ("LeasesCheckedEvery", LeasesCheckedEvery),
        ("StopWithin", StopWithin),
    ];

    private static Problem Wrong(string setting, string what, string advice) => AgentProblems.SettingInvalid(setting, what, advice);
}
