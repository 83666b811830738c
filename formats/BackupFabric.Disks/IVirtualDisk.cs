namespace BackupFabric.Disks;

/// <summary>
/// The guest-visible bytes of a virtual disk, whatever the file format or chain below. Thread-safe for reading; writes are serialized by the caller
/// against each other and against <see cref="FlushAsync"/>.
/// </summary>
public interface IVirtualDisk : IAsyncDisposable
{
    VirtualDiskInfo Info { get; }

    /// <summary>Bytes as the guest sees them; a multiple of the logical sector size.</summary>
    long Length { get; }

    bool CanWrite { get; }

    /// <summary>Fills <paramref name="buffer"/> from <paramref name="offset"/>; what was never written reads as zero. Throws <see cref="DiskImageException"/> on damage, <see cref="ArgumentOutOfRangeException"/> beyond the end.</summary>
    ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation = default);

    ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellation = default);

    /// <summary>After it returns, what was written before survives a power loss.</summary>
    ValueTask FlushAsync(CancellationToken cancellation = default);

    /// <summary>
    /// Ranges that some file of the chain holds data for, ascending, merged, within [offset, offset + length): from the block tables, without reading data.
    /// Everything outside reads as zero.
    /// </summary>
    IAsyncEnumerable<DiskRange> AllocatedAsync(long offset, long length, CancellationToken cancellation = default);
}
