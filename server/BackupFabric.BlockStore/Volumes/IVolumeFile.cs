namespace BackupFabric.BlockStore.Volumes;

/// <summary>One open file of a volume. Reads may run beside an append.</summary>
public interface IVolumeFile : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Bytes that were appended or found at opening. A failed append does not count, even when some of its bytes reached the file.</summary>
    long Length { get; }

    /// <summary>Reads up to the buffer's length; fewer bytes only at the end of the file.</summary>
    ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation);

    /// <summary>The same without a task, for look-ups of a few KiB that are nearly always in memory (index pages).</summary>
    int Read(long offset, Span<byte> buffer);

    /// <summary>
    /// Appends at the end; the caller serializes appends to one file. When it fails, <see cref="Length"/> is what it was and the next append writes at the same
    /// place. No room: <see cref="VolumeFullException"/>.
    /// </summary>
    ValueTask AppendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation);

    /// <summary>Returns when all that was appended is durable. After a failure the state of what was appended since the last success is unknown.</summary>
    ValueTask FlushAsync(CancellationToken cancellation);

    /// <summary>Cuts the file to a length (a torn tail after a crash).</summary>
    ValueTask TruncateAsync(long length, CancellationToken cancellation);
}
