namespace BackupFabric.Agent.Orders;

public sealed record OrderLimits
{
    /// <summary>Orders carried out at the same time; the others wait.</summary>
    public int AtOnce { get; init; } = 4;

    /// <summary>Orders held at all; beyond it the server hears "host-busy".</summary>
    public int Held { get; init; } = 256;

    /// <summary>For orders that name no lease. Longer than a server needs to be restarted.</summary>
    public TimeSpan DefaultLease { get; init; } = TimeSpan.FromMinutes(10);
}
