namespace BackupFabric.Server.Jobs;

/// <summary>Section <c>Jobs</c>.</summary>
internal sealed class JobSettings
{
    /// <summary>Jobs that run at once on this server.</summary>
    public int RunningMax { get; set; } = 32;

    public int RunningPerHostMax { get; set; } = 4;

    /// <summary>How long a job waits for its host before it fails.</summary>
    public TimeSpan WaitForHostMax { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How often a job is given again after its agent lost it.</summary>
    public int TimesLostMax { get; set; } = 10;

    /// <summary>How often a failure that passes is tried again.</summary>
    public int RetriesMax { get; set; } = 5;

    /// <summary>First delay after passing trouble ("soon"); doubled each time.</summary>
    public TimeSpan SoonDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>First delay when the other side is busy ("later"); doubled each time.</summary>
    public TimeSpan LaterDelay { get; set; } = TimeSpan.FromMinutes(3);

    public TimeSpan DelayMax { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>An agent that does not renew it has lost the job.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(2);

    public TimeSpan PulseEvery { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Orders wait so long for the inventory of a host that has just connected.</summary>
    public TimeSpan InventoryGrace { get; set; } = TimeSpan.FromSeconds(10);

    public TimeSpan ProgressSavedEvery { get; set; } = TimeSpan.FromSeconds(5);
}
