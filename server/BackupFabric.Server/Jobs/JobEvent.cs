namespace BackupFabric.Server.Jobs;

internal enum JobEvent
{
    /// <summary>The order went to the agent, under a new attempt.</summary>
    Sent = 0,

    /// <summary>The agent came back and is still working on this attempt.</summary>
    Resumed = 1,

    /// <summary>The agent went away, or came back without the job.</summary>
    AgentLost = 2,

    /// <summary>It cannot be given to anybody now.</summary>
    Held = 3,

    /// <summary>It failed in a way that passes; it will be tried again.</summary>
    Deferred = 4,

    Succeeded = 5,
    SucceededWithWarnings = 6,
    Failed = 7,
    Cancelled = 8,
}
