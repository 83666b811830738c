using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Tests.Volumes;

/// <summary>
/// Counts the steps that change the volume under it, and lets one of them be the last (<see cref="DieAt"/>), or lets writes fail for want of room from one of them on
/// (<see cref="FullFrom"/>). The step at which it dies is done half, where a half can be done.
/// </summary>
internal sealed class FaultVolume(IVolume inner) : VolumeDecorator(inner)
{
    private int _steps;

    public int Steps => Volatile.Read(ref _steps);

    public int DieAt { get; set; } = int.MaxValue;

    public int FullFrom { get; set; } = int.MaxValue;

    public Func<string, Exception?> FlushFault { get; set; } = _ => null;

    public Func<string, Exception?> ReadFault { get; set; } = _ => null;

    /// <summary>What another process does before this one asks for the lock.</summary>
    public Func<Task> BeforeLock { get; set; } = () => Task.CompletedTask;

    public bool IsDead => Steps >= DieAt;

    public override IAsyncEnumerable<VolumeEntry> ListAsync(string folder, CancellationToken cancellation)
    {
        ThrowIfDead();
        return base.ListAsync(folder, cancellation);
    }

    public override ValueTask<IVolumeFile> CreateAsync(string name, CancellationToken cancellation)
    {
        Step(writes: true);
        return base.CreateAsync(name, cancellation);
    }

    public override ValueTask<IVolumeFile> OpenAsync(string name, bool append, CancellationToken cancellation)
    {
        ThrowIfDead();
        return base.OpenAsync(name, append, cancellation);
    }

    public override ValueTask RenameAsync(string from, string to, CancellationToken cancellation)
    {
        Step();
        return base.RenameAsync(from, to, cancellation);
    }

    public override ValueTask DeleteAsync(string name, CancellationToken cancellation)
    {
        Step();
        return base.DeleteAsync(name, cancellation);
    }

    public override ValueTask SyncFolderAsync(string folder, CancellationToken cancellation)
    {
        Step();
        return base.SyncFolderAsync(folder, cancellation);
    }

    public override async ValueTask<IDisposable?> TryLockAsync(string name, CancellationToken cancellation)
    {
        ThrowIfDead();
        await BeforeLock();
        return await base.TryLockAsync(name, cancellation);
    }

    protected override IVolumeFile Decorate(IVolumeFile file) => new OpenFile(this, file);

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

    private sealed class OpenFile(FaultVolume volume, IVolumeFile inner) : VolumeFileDecorator(inner)
    {
        public override ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
        {
            volume.ThrowIfDead();
            return volume.ReadFault(Name) is { } fault ? throw fault : base.ReadAsync(offset, buffer, cancellation);
        }

        public override int Read(long offset, Span<byte> buffer)
        {
            volume.ThrowIfDead();
            return base.Read(offset, buffer);
        }

        public override async ValueTask AppendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
        {
            try
            {
                volume.Step(writes: true);
            }
            catch (VolumeDiedException)
            {
                if (volume.Steps == volume.DieAt) await base.AppendAsync(data[..(data.Length / 2)], CancellationToken.None);
                throw;
            }

            await base.AppendAsync(data, cancellation);
        }

        public override async ValueTask FlushAsync(CancellationToken cancellation)
        {
            volume.Step();
            if (volume.FlushFault(Name) is { } fault) throw fault;
            await base.FlushAsync(cancellation);
        }

        public override ValueTask TruncateAsync(long length, CancellationToken cancellation)
        {
            volume.Step();
            return base.TruncateAsync(length, cancellation);
        }
    }
}

internal sealed class VolumeDiedException() : IOException("The volume died here, as the test wanted.");
