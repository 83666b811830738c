namespace BackupFabric.BlockStore.Volumes;

/// <summary>
/// Leaves the volume under it exactly as it is. Housekeeping (deleting leftovers, synchronizing, flushing) is quietly not done; new bytes find no room,
/// which is what the engine knows how to live with.
/// </summary>
internal sealed class ReadOnlyVolume(IVolume inner) : VolumeDecorator(inner)
{
    public override ValueTask<IVolumeFile> CreateAsync(string name, CancellationToken cancellation) => throw NoRoom(name);

    public override async ValueTask<IVolumeFile> OpenAsync(string name, bool append, CancellationToken cancellation) => Decorate(await Inner.OpenAsync(name, append: false, cancellation));

    public override ValueTask RenameAsync(string from, string to, CancellationToken cancellation) => throw NoRoom(to);

    public override ValueTask DeleteAsync(string name, CancellationToken cancellation) => ValueTask.CompletedTask;

    public override ValueTask SyncFolderAsync(string folder, CancellationToken cancellation) => ValueTask.CompletedTask;

    public override ValueTask<IDisposable?> TryLockAsync(string name, CancellationToken cancellation) => throw NoRoom(name);

    protected override IVolumeFile Decorate(IVolumeFile file) => new ReadOnlyFile(file);

    private static VolumeFullException NoRoom(string name) => new($"'{name}' cannot be written: the repository is open for reading.");

    private sealed class ReadOnlyFile(IVolumeFile inner) : VolumeFileDecorator(inner)
    {
        public override ValueTask AppendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation) => throw NoRoom(Name);

        public override ValueTask FlushAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

        public override ValueTask TruncateAsync(long length, CancellationToken cancellation) => throw NoRoom(Name);
    }
}
