using BackupFabric.Blocks.Spans;

namespace BackupFabric.BlockStore.Import;

/// <summary>A disk that is imported: guest-visible bytes that nobody changes meanwhile. Thread-safe.</summary>
public interface ISourceDisk
{
    long Length { get; }

    /// <summary>Fills the buffer; what cannot be read, or is not there any more, is an exception.</summary>
    ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation);

    /// <summary>Ascending and disjoint; everything outside is zero.</summary>
    IAsyncEnumerable<ByteRange> AllocatedAsync(CancellationToken cancellation);
}
