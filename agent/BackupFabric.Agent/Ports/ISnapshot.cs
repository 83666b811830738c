using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.Ports;

/// <summary>
/// A VM's disks frozen at one moment. Disposing it without <see cref="KeepAsBaselineAsync"/> removes the checkpoint from the host.
/// </summary>
public interface ISnapshot : IAsyncDisposable
{
    Consistency Consistency { get; }

    VmConfiguration Configuration { get; }

    IReadOnlyList<ISnapshotDisk> Disks { get; }

    /// <summary>Disks left out, weaker consistency than preferred, and the like.</summary>
    IReadOnlyList<Problem> Warnings { get; }

    /// <summary>
    /// Only after the recovery point is durable at the server: turns the checkpoint into the reference point that the next synchronization counts from
    /// (the frozen state cannot be read any more) and gives what to remember. Null when this host or VM has no change tracking; the checkpoint is removed all the same.
    /// </summary>
    Task<Baseline?> KeepAsBaselineAsync(Guid pointId, CancellationToken cancellation);
}

/// <summary>One frozen disk.</summary>
public interface ISnapshotDisk : IDiskReader
{
    /// <summary>VIRTUAL_DISK_ID as a GUID; the key under which the disk is known to the server.</summary>
    string DiskKey { get; }

    /// <summary>Of the image on the host, as Hyper-V names it (of the VM's disk, not of a checkpoint file).</summary>
    string Path { get; }

    string Location { get; }

    int LogicalSectorSize { get; }

    int PhysicalSectorSize { get; }

    int BlockSize { get; }
}
