using BackupFabric.Disks;

namespace BackupFabric.Agent.Ports;

/// <summary>Reads guest-visible bytes of a frozen disk.</summary>
public interface IDiskReader
{
    /// <summary>Guest-visible bytes.</summary>
    long Length { get; }

    /// <summary>Any number of reads may be under way at once.</summary>
    ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation);

    /// <summary>Everything outside these ranges is zero.</summary>
    Task<Extents> AllocatedAsync(CancellationToken cancellation);

    /// <summary>
    /// What the guest wrote since <paramref name="changeTrackingId"/>; null when the host cannot tell (unknown id, tracking lost, no tracking): read and compare everything.
    /// </summary>
    Task<Extents?> ChangedSinceAsync(string changeTrackingId, CancellationToken cancellation);
}
