namespace BackupFabric.Agent.Ports;

/// <summary>
/// The agent's memory of what it made on the host, kept in its own folder and flushed before the thing is made, so that a crash leaves nothing unknown behind.
/// </summary>
public interface IHostJournal
{
    /// <summary>Durable when it returns.</summary>
    ValueTask<JournalEntry> RecordAsync(Guid jobId, JournalKind kind, Guid vmId, string detail, CancellationToken cancellation);

    /// <summary>Replaces the detail (for example once the checkpoint's InstanceID is known). Durable when it returns.</summary>
    ValueTask<JournalEntry> AmendAsync(JournalEntry entry, string detail, CancellationToken cancellation);

    /// <summary>The thing is gone, or it is now somebody else's to keep (a baseline that the server knows).</summary>
    ValueTask ForgetAsync(JournalEntry entry, CancellationToken cancellation);
}

/// <param name="Detail">What is needed to find the thing again, in the hypervisor's own words (JSON).</param>
public sealed record JournalEntry(Guid Id, Guid JobId, JournalKind Kind, Guid VmId, string Detail, DateTimeOffset At);

public enum JournalKind { Checkpoint, ReferencePoint, RecoveredVm, AttachedDisk }
