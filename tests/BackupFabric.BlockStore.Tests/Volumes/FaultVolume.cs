using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Tests.Volumes;

/// <summary>
/// Counts the steps that change the volume under it, and lets one of them be the last (<see cref="DieAt"/>), or lets writes fail for want of room from one of them on
/// (<see cref="FullFrom"/>). The step at which it dies is done half, where a half can be done.
/// </summary>
internal sealed class FaultVolume(IVolume inner) : IVolume
{
    private int _steps;

    public int Steps => Volatile.Read(ref _steps);

    public int DieAt { get; set; } = int.MaxValue;

    public int FullFrom { get; set; } = int.MaxValue;

    public Func<string, Exception?> FlushFault { get; set; } = _ => null;

    public Func<string, Exception?> ReadFault { get; set; } = _ => null;

    /// <summary>What another process does before this one asks for the lock.</summary>
    public Func<Task> BeforeLock { get; set; } = () => Task.CompletedTask;

    public string Name => inner.Name;

    public bool IsDead => Steps >= DieAt;

    public IAsyncEnumerable<VolumeEntry> ListAsync(string folder, CancellationToken cancellation)
    {
        ThrowIfDead();
        return inner.ListAsync(folder, cancellation);
    }

    public async ValueTask<IVolumeFile> CreateAsync(string name, CancellationToken cancellation)
    {
        Step(writes: true);
        return new OpenFile(this, await inner.CreateAsync(name, cancellation));
    }

    public async ValueTask<IVolumeFile> OpenAsync(string name, bool append, CancellationToken cancellation)
    {
        ThrowIfDead();
        return new OpenFile(this, await inner.OpenAsync(name, append, cancellation));
    }

    public async ValueTask RenameAsync(string from, string to, CancellationToken cancellation)
    {
        Step();
        await inner.RenameAsync(from, to, cancellation);
    }

    public async ValueTask DeleteAsync(string name, CancellationToken cancellation)
    {
        Step();
        await inner.DeleteAsync(name, cancellation);
    }

    public async ValueTask SyncFolderAsync(string folder, CancellationToken cancellation)
    {
        Step();
        await inner.SyncFolderAsync(folder, cancellation);
    }

    public long FreeBytes() => inner.FreeBytes();

    public async ValueTask<IDisposable?> TryLockAsync(string name, CancellationToken cancellation)
    {
        ThrowIfDead();
        await BeforeLock();
        return await inner.TryLockAsync(name, cancellation);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void Step(bool writes = false)
    {
        var step = Interlocked.Increment(ref _steps);
        if (step >= DieAt) throw new VolumeDiedException();
        if (writes && step >= FullFrom) throw new VolumeFullException("There is no room.");
    }

    private void ThrowIfDead()
    {
        if (IsDead) throw new VolumeDiedException();
    }

    private sealed class OpenFile(FaultVolume volume, IVolumeFile file) : IVolumeFile
    {
        public string Name => file.Name;

        public long Length => file.Length;

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
        {
            volume.ThrowIfDead();
            return volume.ReadFault(Name) is { } fault ? throw fault : file.ReadAsync(offset, buffer, cancellation);
        }

        public int Read(long offset, Span<byte> buffer)
        {
            volume.ThrowIfDead();
            return file.Read(offset, buffer);
        }

        public async ValueTask AppendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
        {
            try
            {
                volume.Step(writes: true);
            }
            catch (VolumeDiedException)
            {
                if (volume.Steps == volume.DieAt) await file.AppendAsync(data[..(data.Length / 2)], CancellationToken.None);
                throw;
            }

            await file.AppendAsync(data, cancellation);
        }

        public async ValueTask FlushAsync(CancellationToken cancellation)
        {
            volume.Step();
            if (volume.FlushFault(Name) is { } fault) throw fault;
            await file.FlushAsync(cancellation);
        }

        public async ValueTask TruncateAsync(long length, CancellationToken cancellation)
        {
            volume.Step();
            await file.TruncateAsync(length, cancellation);
        }

        public ValueTask DisposeAsync() => file.DisposeAsync();
    }
}

internal sealed class VolumeDiedException() : IOException("The volume died here, as the test wanted.");
