namespace BackupFabric.Disks.Files;

/// <summary>
/// The bytes of one image file. Reads may run in parallel with each other and with one writer. Small table accesses are synchronous,
/// bulk data is not. All failures are <see cref="DiskImageException"/>.
/// </summary>
internal interface IImageFile : IDisposable
{
    string Path { get; }

    bool CanWrite { get; }

    long Length { get; }

    /// <summary>Fills the buffer; a file that ends earlier is damaged.</summary>
    void Read(long offset, Span<byte> buffer);

    /// <inheritdoc cref="Read"/>
    ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation);

    void Write(long offset, ReadOnlySpan<byte> data);

    ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellation);

    void SetLength(long length);

    /// <summary>After it returns, every completed write and the length survive a power loss.</summary>
    void Flush();

    /// <summary>The first range in [offset, end) that the volume stores data for; null when the rest is a hole. May say "all" where the volume cannot tell.</summary>
    DiskRange? NextData(long offset, long end);
}
