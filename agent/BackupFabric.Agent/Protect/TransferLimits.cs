namespace BackupFabric.Agent.Protect;

/// <summary>How much of everything may be under way in one transfer. Every queue and buffer of the engine has its bound here.</summary>
public sealed record TransferLimits
{
    /// <summary>Threads that cut, hash and compress at the same time.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Spans between being read and being acknowledged as sent.</summary>
    public int SpansInFlight { get; init; } = 16;

    /// <summary>Plain bytes held in buffers.</summary>
    public long BytesInFlight { get; init; } = 96L << 20;

    /// <summary>Disks of one VM read at the same time.</summary>
    public int DisksAtOnce { get; init; } = 2;

    /// <summary>Of one message with blocks; the server may ask for less.</summary>
    public int BatchBytes { get; init; } = 1 << 20;

    /// <summary>Messages with blocks that the server has not yet acknowledged; the server may ask for fewer.</summary>
    public int BatchesInFlight { get; init; } = 16;

    /// <summary>Ids remembered within a job so that none is offered twice; 48 bytes each.</summary>
    public int KnownIds { get; init; } = 1 << 20;

    /// <summary>Cut and hashed blocks remembered within a job, so that a resumed transfer need not read them again; 40 bytes each.</summary>
    public int RememberedEntries { get; init; } = 1 << 20;

    /// <summary>Unchanged places re-read per disk and synchronization, to catch a change map that lies.</summary>
    public int AuditedPlaces { get; init; } = 8;

    /// <summary>Bytes re-read for that, per disk.</summary>
    public long AuditedBytes { get; init; } = 1 << 20;

    /// <summary>Plain bytes of a recovery that are decoded but not yet written.</summary>
    public long RecoveryBytesInFlight { get; init; } = 64L << 20;
}
