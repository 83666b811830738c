namespace BackupFabric.BlockStore.Volumes;

/// <summary>Hands everything to the volume under it; what differs is overridden. Files that it opens pass through <see cref="Decorate"/>.</summary>
public abstract class VolumeDecorator(IVolume inner) : IVolume
{
    public virtual string Name => inner.Name;

    protected IVolume Inner => inner;

    public virtual IAsyncEnumerable<VolumeEntry> ListAsync(string folder, CancellationToken cancellation) => inner.ListAsync(folder, cancellation);

    public virtual async ValueTask<IVolumeFile> CreateAsync(string name, CancellationToken cancellation) => Decorate(await inner.CreateAsync(name, cancellation));

    public virtual async ValueTask<IVolumeFile> OpenAsync(string name, bool append, CancellationToken cancellation) => Decorate(await inner.OpenAsync(name, append, cancellation));

    public virtual ValueTask RenameAsync(string from, string to, CancellationToken cancellation) => inner.RenameAsync(from, to, cancellation);

    public virtual ValueTask DeleteAsync(string name, CancellationToken cancellation) => inner.DeleteAsync(name, cancellation);

    public virtual ValueTask SyncFolderAsync(string folder, CancellationToken cancellation) => inner.SyncFolderAsync(folder, cancellation);

    public virtual long FreeBytes() => inner.FreeBytes();

    public virtual ValueTask<IDisposable?> TryLockAsync(string name, CancellationToken cancellation) => inner.TryLockAsync(name, cancellation);

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return inner.DisposeAsync();
    }

    protected abstract IVolumeFile Decorate(IVolumeFile file);
}
