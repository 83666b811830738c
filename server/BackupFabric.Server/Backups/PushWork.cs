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
    private readonly Lock _gate = new();
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

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }
}
