namespace BackupFabric.Agent.Orders;

internal enum StopReason
{
    None,

    /// <summary>The server said so: it hears how it ended.</summary>
    Cancelled,

    /// <summary>The server has not been heard of for the length of the lease.</summary>
    LeaseLost,

    /// <summary>A newer attempt of the same job takes over.</summary>
    Superseded,

    /// <summary>The server does not want it any more.</summary>
    Abandoned,

    /// <summary>The agent stops. Like a crash, only tidier: the server starts the job anew.</summary>
    Stopping,
}
