namespace BackupFabric.BlockStore.Volumes;

/// <summary>Hands everything to the file under it; what differs is overridden.</summary>
public abstract class VolumeFileDecorator(IVolumeFile inner) : IVolumeFile
{
    public string Name => inner.Name;

    public virtual long Length => inner.Length;

    protected IVolumeFile Inner => inner;

    public virtual ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation) => inner.ReadAsync(offset, buffer, cancellation);

    public virtual int Read(long offset, Span<byte> buffer) => inner.Read(offset, buffer);

    public virtual ValueTask AppendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation) => inner.AppendAsync(data, cancellation);

    public virtual ValueTask FlushAsync(CancellationToken cancellation) => inner.FlushAsync(cancellation);

    public virtual ValueTask TruncateAsync(long length, CancellationToken cancellation) => inner.TruncateAsync(length, cancellation);

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return inner.DisposeAsync();
    }
}
