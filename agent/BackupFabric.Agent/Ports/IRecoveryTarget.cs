namespace BackupFabric.Agent.Ports;

/// <summary>
/// A VM being recovered. Disposing it without <see cref="FinishAsync"/> removes everything it made on the host.
/// </summary>
public interface IRecoveryTarget : IAsyncDisposable
{
    /// <summary>In the order of the RecoverOrder's disks. Each is empty (reads as zero) at first.</summary>
    IReadOnlyList<IRecoveryDisk> Disks { get; }

    /// <summary>Flushes the disks, imports and registers the VM (off). Gives its id. Throws ProblemException when the host refuses.</summary>
    Task<Guid> FinishAsync(CancellationToken cancellation);
}

public interface IRecoveryDisk
{
    string DiskKey { get; }

    long Length { get; }

    /// <summary>Writes arrive in ascending, non-overlapping order from one writer.</summary>
    ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellation);

    ValueTask FlushAsync(CancellationToken cancellation);
}
