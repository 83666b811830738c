namespace BackupFabric.Agent.Orders;

public sealed record OrderLimits
{
    /// <summary>Orders carried out at the same time; the others wait.</summary>
    public int AtOnce { get; init; } = 4;

    /// <summary>Orders held at all; beyond it the server hears "host-busy".</summary>
    public int Held { get; init; } = 256;

    /// <summary>For orders that name no lease.</summary>
    public TimeSpan DefaultLease { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long an order goes on after its lease, so that it outlives a server that is being restarted. Should the server have given the
    /// job away meanwhile, it turns this attempt down: what is lost is work, never truth.
    /// </summary>
    public TimeSpan LeaseGrace { get; init; } = TimeSpan.FromMinutes(5);
}
