namespace BackupFabric.BlockStore.Volumes;

/// <summary>Counts what succeeded on the volume under it.</summary>
public sealed class CountingVolume(IVolume inner) : VolumeDecorator(inner)
{
    private long _lists;
    private long _creates;
    private long _opens;
    private long _renames;
    private long _deletes;
    private long _folderSyncs;
    private long _reads;
    private long _bytesRead;
    private long _appends;
    private long _bytesAppended;
    private long _flushes;
    private long _truncates;

    public VolumeCounts Counts => new(
        Volatile.Read(ref _lists),
        Volatile.Read(ref _creates),
        Volatile.Read(ref _opens),
        Volatile.Read(ref _renames),
        Volatile.Read(ref _deletes),
        Volatile.Read(ref _folderSyncs),
        Volatile.Read(ref _reads),
        Volatile.Read(ref _bytesRead),
        Volatile.Read(ref _appends),
        Volatile.Read(ref _bytesAppended),
        Volatile.Read(ref _flushes),
        Volatile.Read(ref _truncates));

    public override IAsyncEnumerable<VolumeEntry> ListAsync(string folder, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _lists);
        return base.ListAsync(folder, cancellation);
    }

    public override async ValueTask<IVolumeFile> CreateAsync(string name, CancellationToken cancellation)
    {
        var file = await base.CreateAsync(name, cancellation);
        Interlocked.Increment(ref _creates);
        return file;
    }

    public override async ValueTask<IVolumeFile> OpenAsync(string name, bool append, CancellationToken cancellation)
    {
        var file = await base.OpenAsync(name, append, cancellation);
        Interlocked.Increment(ref _opens);
        return file;
    }

    public override async ValueTask RenameAsync(string from, string to, CancellationToken cancellation)
    {
        await base.RenameAsync(from, to, cancellation);
        Interlocked.Increment(ref _renames);
    }

    public override async ValueTask DeleteAsync(string name, CancellationToken cancellation)
    {
        await base.DeleteAsync(name, cancellation);
        Interlocked.Increment(ref _deletes);
    }

    public override async ValueTask SyncFolderAsync(string folder, CancellationToken cancellation)
    {
        await base.SyncFolderAsync(folder, cancellation);
        Interlocked.Increment(ref _folderSyncs);
    }

    protected override IVolumeFile Decorate(IVolumeFile file) => new CountedFile(this, file);

    private void CountRead(int bytes)
    {
        Interlocked.Increment(ref _reads);
        Interlocked.Add(ref _bytesRead, bytes);
    }

    private sealed class CountedFile(CountingVolume volume, IVolumeFile inner) : VolumeFileDecorator(inner)
    {
        public override async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
        {
            var read = await base.ReadAsync(offset, buffer, cancellation);
            volume.CountRead(read);
            return read;
        }

        public override int Read(long offset, Span<byte> buffer)
        {
            var read = base.Read(offset, buffer);
            volume.CountRead(read);
            return read;
        }

        public override async ValueTask AppendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
        {
            await base.AppendAsync(data, cancellation);
            Interlocked.Increment(ref volume._appends);
            Interlocked.Add(ref volume._bytesAppended, data.Length);
        }

        public override async ValueTask FlushAsync(CancellationToken cancellation)
        {
            await base.FlushAsync(cancellation);
            Interlocked.Increment(ref volume._flushes);
        }

        public override async ValueTask TruncateAsync(long length, CancellationToken cancellation)
        {
            await base.TruncateAsync(length, cancellation);
            Interlocked.Increment(ref volume._truncates);
        }
    }
}
