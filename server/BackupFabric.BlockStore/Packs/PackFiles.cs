using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Packs;

/// <summary>Open pack files, shared by readers and bounded in number. The one being written is pinned by its writer's lease.</summary>
internal sealed class PackFiles(IVolume volume, PackKind kind, int openMax) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PackNumber, OpenFile> _open = [];
    private long _clock;

    /// <summary>Fails with <see cref="FileNotFoundException"/> when the pack is gone.</summary>
    public async ValueTask<Lease> AcquireAsync(PackNumber pack, CancellationToken cancellation)
    {
        if (TryLease(pack) is { } lease) return lease;
        var opened = await volume.OpenAsync(pack.PathIn(kind), append: false, cancellation);
        return await ShareAsync(pack, opened);
    }

    /// <summary>Hands in the file of a new pack; it stays open at least as long as the lease.</summary>
    public ValueTask<Lease> AddAsync(PackNumber pack, IVolumeFile file) => ShareAsync(pack, file);

    /// <summary>A pack that is deleted: its file is closed when the last reader lets go of it, so that its bytes are given back.</summary>
    public async ValueTask ForgetAsync(PackNumber pack)
    {
        OpenFile? idle = null;
        lock (_gate)
        {
            if (!_open.Remove(pack, out var file)) return;
            file.IsForgotten = true;
            if (file.Users == 0) idle = file;
        }

        if (idle is not null) await idle.File.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        OpenFile[] all;
        lock (_gate)
        {
            all = [.. _open.Values];
            _open.Clear();
        }

        foreach (var file in all) await file.File.DisposeAsync();
    }

    private Lease? TryLease(PackNumber pack)
    {
        lock (_gate) return _open.TryGetValue(pack, out var file) ? LeaseOf(file) : null;
    }

    private async ValueTask<Lease> ShareAsync(PackNumber pack, IVolumeFile opened)
    {
        IVolumeFile? surplus = opened;
        Lease lease;
        lock (_gate)
        {
            // Two readers may have opened the same pack at once: the first one's file serves both.
            if (!_open.TryGetValue(pack, out var file))
            {
                _open.Add(pack, file = new(opened));
                surplus = _open.Count > openMax ? TakeIdle() : null;
            }

            lease = LeaseOf(file);
        }

        if (surplus is not null) await surplus.DisposeAsync();
        return lease;
    }

    private Lease LeaseOf(OpenFile file)
    {
        file.Users++;
        file.LastUsed = ++_clock;
        return new(this, file);
    }

    private IVolumeFile? TakeIdle()
    {
        KeyValuePair<PackNumber, OpenFile>? oldest = null;
        foreach (var candidate in _open)
        {
            if (candidate.Value is { Users: 0, LastUsed: > 0 } && (oldest is null || candidate.Value.LastUsed < oldest.Value.Value.LastUsed)) oldest = candidate;
        }

        if (oldest is null) return null;
        _open.Remove(oldest.Value.Key);
        return oldest.Value.Value.File;
    }

    private void Release(OpenFile file)
    {
        lock (_gate)
        {
            if (--file.Users > 0 || !file.IsForgotten) return;
        }

        _ = file.File.DisposeAsync().AsTask();
    }

    internal sealed class OpenFile(IVolumeFile file)
    {
        public IVolumeFile File { get; } = file;

        public int Users { get; set; }

        public long LastUsed { get; set; }

        public bool IsForgotten { get; set; }
    }

    internal readonly struct Lease(PackFiles owner, OpenFile shared) : IDisposable
    {
        public IVolumeFile File => shared.File;

        public void Dispose() => owner.Release(shared);
    }
}
