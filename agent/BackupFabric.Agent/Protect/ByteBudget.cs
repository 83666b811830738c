namespace BackupFabric.Agent.Protect;

/// <summary>
/// Bounds the bytes held by many takers, first come first served. Whoever wants more than the whole budget gets it alone.
/// </summary>
internal sealed class ByteBudget(long total)
{
    private readonly Queue<(long Bytes, TaskCompletionSource Granted)> _waiting = new();
    private readonly Lock _gate = new();
    private readonly long _total = total;
    private long _free = total;

    public async ValueTask<Share> TakeAsync(long bytes, CancellationToken cancellation)
    {
        var wanted = Math.Min(bytes, _total);
        Task granted;
        lock (_gate)
        {
            if (_waiting.Count == 0 && _free >= wanted)
            {
                _free -= wanted;
                return new Share(this, wanted);
            }

            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((wanted, turn));
            granted = turn.Task;
        }

        try
        {
            await granted.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            // The place in the queue stays; when its turn comes the bytes go straight back.
            _ = granted.ContinueWith(_ => Return(wanted), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }

        return new Share(this, wanted);
    }

    private void Return(long bytes)
    {
        lock (_gate)
        {
            _free += bytes;
            while (_waiting.TryPeek(out var next) && next.Bytes <= _free)
            {
                _waiting.Dequeue();
                _free -= next.Bytes;
                next.Granted.SetResult();
            }
        }
    }

    internal readonly struct Share(ByteBudget budget, long bytes) : IDisposable
    {
        public void Dispose() => budget.Return(bytes);
    }
}
