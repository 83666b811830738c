using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Tests.Volumes;

/// <summary>
/// Lets a test do something between any two operations of a work on the volume: before the operation numbered <see cref="At"/>, counted from <see cref="Arm"/> on, it runs an
/// action. The action has a head start until it ends, or waits for a turn that the interrupted work has; then both go on together.
/// </summary>
internal sealed class PausingVolume(IVolume inner) : IVolume
{
    /// <summary>Longer than any action that waits for nobody takes; only a waiting one is overtaken.</summary>
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(50);

    private readonly AsyncLocal<bool> _isAction = new();
    private Func<Task>? _action;
    private int _operations;

    public int At { get; private set; } = int.MaxValue;

    /// <summary>The action, once it was begun.</summary>
    public Task Ran { get; private set; } = Task.CompletedTask;

    public bool HasRun { get; private set; }

    public int Operations => Volatile.Read(ref _operations);

    public string Name => inner.Name;

    public void Arm(int at, Func<Task> action)
    {
        (At, _action) = (at, action);
        Volatile.Write(ref _operations, 0);
    }

    public IAsyncEnumerable<VolumeEntry> ListAsync(string folder, CancellationToken cancellation) => inner.ListAsync(folder, cancellation);

    public async ValueTask<IVolumeFile> CreateAsync(string name, CancellationToken cancellation)
    {
        await BeforeAsync();
        return new OpenFile(this, await inner.CreateAsync(name, cancellation));
    }

    public async ValueTask<IVolumeFile> OpenAsync(string name, bool append, CancellationToken cancellation)
    {
        await BeforeAsync();
        return new OpenFile(this, await inner.OpenAsync(name, append, cancellation));
    }

    public async ValueTask RenameAsync(string from, string to, CancellationToken cancellation)
    {
        await BeforeAsync();
        await inner.RenameAsync(from, to, cancellation);
    }

    public async ValueTask DeleteAsync(string name, CancellationToken cancellation)
    {
        await BeforeAsync();
        await inner.DeleteAsync(name, cancellation);
    }

    public async ValueTask SyncFolderAsync(string folder, CancellationToken cancellation)
    {
        await BeforeAsync();
        await inner.SyncFolderAsync(folder, cancellation);
    }

    public long FreeBytes() => inner.FreeBytes();

    public ValueTask<IDisposable?> TryLockAsync(string name, CancellationToken cancellation) => inner.TryLockAsync(name, cancellation);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async ValueTask BeforeAsync()
    {
        if (_isAction.Value || _action is not { } action || Interlocked.Increment(ref _operations) != At) return;
        HasRun = true;
        _isAction.Value = true;
        Ran = Task.Run(action);
        _isAction.Value = false;
        await Task.WhenAny(Ran, Task.Delay(HeadStart));
    }

    private sealed class OpenFile(PausingVolume volume, IVolumeFile file) : IVolumeFile
    {
        public string Name => file.Name;

        public long Length => file.Length;

        public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
        {
            await volume.BeforeAsync();
            return await file.ReadAsync(offset, buffer, cancellation);
        }

        public int Read(long offset, Span<byte> buffer) => file.Read(offset, buffer);

        public async ValueTask AppendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
        {
            await volume.BeforeAsync();
            await file.AppendAsync(data, cancellation);
        }

        public async ValueTask FlushAsync(CancellationToken cancellation)
        {
            await volume.BeforeAsync();
            await file.FlushAsync(cancellation);
        }

        public ValueTask TruncateAsync(long length, CancellationToken cancellation) => file.TruncateAsync(length, cancellation);

        public ValueTask DisposeAsync() => file.DisposeAsync();
    }
}
