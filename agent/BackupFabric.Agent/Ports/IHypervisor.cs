using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.Ports;

/// <summary>What runs VMs on this host.</summary>
public interface IHypervisor
{
    /// <summary>"Hyper-V 10.0.20348", for the server's host page.</summary>
    string Description { get; }

    string OperatingSystem { get; }

    /// <summary>Every VM of the host as it is now, and recovery checkpoints that nobody seems to be using.</summary>
    Task<HostInventory> InventoryAsync(CancellationToken cancellation);

    /// <summary>
    /// Hints that the inventory changed (VM appeared, left, moved, changed state). An implementation may miss some: callers sweep now and then.
    /// </summary>
    IAsyncEnumerable<HostChange> ChangesAsync(CancellationToken cancellation);

    /// <summary>
    /// Takes a consistent, readable snapshot of a VM within the contract. Whatever is made on the host is written to <paramref name="journal"/> before it is made.
    /// Throws <see cref="BackupFabric.Protos.Problems.ProblemException"/>: vm-not-here, vm-busy (retry later), consistency-not-reached, checkpoint-failed, disk-image-damaged...
    /// </summary>
    Task<ISnapshot> SnapshotAsync(SnapshotRequest request, IHostJournal journal, CancellationToken cancellation);

    /// <summary>
    /// Removes what a journal entry of a dead job left on the host (checkpoint, reference point, half-recovered VM). Idempotent; what is gone already is fine.
    /// </summary>
    Task CleanUpAsync(JournalEntry entry, CancellationToken cancellation);

    Task DestroyReferencePointAsync(Guid vmId, string referencePointId, CancellationToken cancellation);

    /// <summary>Prepares the place of a recovered VM: name and folder are checked, free space is checked, nothing that exists is touched.
    /// Throws ProblemException: vm-name-taken, target-folder-not-empty, target-disk-full, configuration-too-new...</summary>
    Task<IRecoveryTarget> RecoverAsync(RecoverOrder order, IHostJournal journal, CancellationToken cancellation);
}

public sealed record HostInventory(IReadOnlyList<VirtualMachine> Vms, IReadOnlyList<LeftoverCheckpoint> Leftovers);

public enum HostChangeKind { Changed, Gone }

public sealed record HostChange(HostChangeKind Kind, Guid VmId);

public sealed record SnapshotRequest(Guid JobId, Guid VmId, ConsistencyContract Contract, Baseline? Baseline);
