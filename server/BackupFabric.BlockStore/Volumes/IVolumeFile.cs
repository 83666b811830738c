namespace BackupFabric.BlockStore.Volumes;

/// <summary>One open file of a volume. Reads may run beside an append.</summary>
public interface IVolumeFile : IAsyncDisposable
{
    string Name { get; }

    long Length { get; }

    /// <summary>Reads up to the buffer's length; fewer bytes only at the end of the file.</summary>
    ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation);

    /// <summary>Appends at the end; the caller serializes appends to one file.</summary>
    ValueTask AppendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation);

    ValueTask FlushAsync(CancellationToken cancellation);

    /// <summary>Cuts the file to a length (a torn tail after a crash).</summary>
    ValueTask TruncateAsync(long length, CancellationToken cancellation);
}
