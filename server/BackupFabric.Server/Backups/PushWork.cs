using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Sessions;
using BackupFabric.Server.Jobs;

namespace BackupFabric.Server.Backups;

/// <summary>
/// What the push streams of one attempt share: the writing session, the span leaves, and how many batches are still being proved.
/// It lives as long as one of its streams; blocks that were stored outlive it and are found by the next offer.
/// </summary>
internal sealed class PushWork(Job job, StoreSession session, SpanSpool spool, DateTimeOffset begunAt) : IAsyncDisposable
{
    /// <summary>Far more than streams that mean it name; beyond, a disk has no base and is read whole.</summary>
    private const int BasesMax = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string DiskKey, string BasePointId), ManifestDisk?> _bases = [];
    private int _streams;
    private int _batches;
    private TaskCompletionSource _idle = Done();

    public Guid JobId { get; } = job.Id;

    public int Attempt { get; } = job.Attempt;

    public Guid PointId { get; } = job.PointId;

    public StoreSession Session { get; } = session;

    public SpanSpool Spool { get; } = spool;

    /// <summary>The snapshot stands when the first stream begins: the time of the recovery point.</summary>
    public DateTimeOffset BegunAt { get; } = begunAt;

    /// <summary>One commit at a time.</summary>
    public SemaphoreSlim Committing { get; } = new(1, 1);

    public Manifest? Committed { get; set; }

    public int StreamsOpen { get; set; }

    /// <summary>
    /// The bases that stand, held until the attempt ends: whoever deletes and purges their points, the commit finds them. What the first stream was told of a disk holds
    /// for all, since the spans of all make one map.
    /// </summary>
    public IReadOnlyList<ManifestDisk?> Hold(PushTerms terms)
    {
        lock (_gate) return [.. terms.Disks.Zip(terms.Bases, (disk, basis) => Hold((disk.DiskKey, disk.BasePointId), basis))];
    }

    public int NextStream() => Interlocked.Increment(ref _streams);

    public void BatchCame()
    {
        lock (_gate)
        {
            if (_batches++ == 0) _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void BatchStored()
    {
        lock (_gate)
        {
            if (--_batches == 0) _idle.TrySetResult();
        }
    }

    /// <summary>Every batch that any stream of the job has brought so far is proved and written.</summary>
    public Task AllStoredAsync(CancellationToken cancellation)
    {
        lock (_gate) return _idle.Task.WaitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        Spool.Dispose();
        Committing.Dispose();
    }

    private ManifestDisk? Hold((string, string) disk, ManifestDisk? basis)
    {
        if (_bases.TryGetValue(disk, out var agreed)) return agreed;
        if (_bases.Count == BasesMax) return null;
        _bases.Add(disk, agreed = basis is not null && Session.TryHold(basis) ? basis : null);
        return agreed;
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }
}
