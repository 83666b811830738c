namespace BackupFabric.Agent.HyperV;

/// <summary>What an administrator may set about the Hyper-V side of the agent; the defaults suit a host of any size.</summary>
public sealed record HyperVOptions
{
    /// <summary>A folder of the agent on the host, for exported configurations. Each job makes a folder of its own below it and removes it.</summary>
    public string WorkFolder { get; init; } = @"C:\ProgramData\BackupFabric\Work";

    /// <summary>Only the copy that this product takes: "copy" leaves the logs of SQL Server and Exchange alone, "full" truncates them.</summary>
    public bool TruncateGuestLogs { get; init; }

    /// <summary>How long a job of the virtualization service may take: checkpoints of busy guests need minutes.</summary>
    public TimeSpan JobTimeLimit { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Between two looks at a job of the virtualization service. Jobs start fast and are looked at often at first.</summary>
    public TimeSpan JobPollLongest { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A merge that takes longer goes on by itself; the next backup then finds the VM busy and is retried.</summary>
    public TimeSpan MergeTimeLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Between two sweeps where the host gives no events.</summary>
    public TimeSpan ChangePoll { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Kept free on the volume of a recovered VM, beyond the content that will arrive.</summary>
    public long RecoveryMarginBytes { get; init; } = 1L << 30;
}
