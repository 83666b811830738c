using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.Orders;

/// <summary>An order from being taken until its outcome is durable.</summary>
internal sealed class RunningOrder(WorkOrder order, TimeSpan lease, DateTimeOffset now) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private DateTimeOffset _leaseUntil = now + lease;
    private TimeSpan _lease = lease;
    private JobProgress? _lastProgress;

    public WorkOrder Order { get; } = order;

    public JobMeter Meter { get; } = new();

    public CancellationToken Stopped => _stop.Token;

    public StopReason Reason { get; private set; }

    public string ReasonText { get; private set; } = string.Empty;

    public TimeSpan Lease
    {
        get
        {
            lock (_gate) return _lease;
        }
    }

    /// <summary>Ends when the job has ended and cleaned up.</summary>
    public Task Completion { get; set; } = Task.CompletedTask;

    public void Extend(TimeSpan lease, DateTimeOffset now)
    {
        lock (_gate) (_lease, _leaseUntil) = (lease, now + lease);
    }

    public bool HasLeaseRunOut(DateTimeOffset now)
    {
        lock (_gate) return now > _leaseUntil;
    }

    /// <summary>The first reason counts.</summary>
    public void Stop(StopReason reason, string text = "")
    {
        lock (_gate)
        {
            if (Reason != StopReason.None) return;
            (Reason, ReasonText) = (reason, text);
        }

        _stop.Cancel();
    }

    /// <summary>The progress if it has moved since it was last asked for.</summary>
    public JobProgress? TakeProgress()
    {
        var progress = Meter.Progress(Order.JobId, Order.Attempt);
        if (progress.Equals(_lastProgress)) return null;
        _lastProgress = progress;
        return progress;
    }

    public void Dispose() => _stop.Dispose();
}
