using System.Threading.Channels;
using BackupFabric.Agent.Orders;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.Tests.TestKit;

/// <summary>A job that does what the test says.</summary>
internal sealed class ScriptedJob : IJob
{
    private readonly Channel<ScriptedRun> _runs = Channel.CreateUnbounded<ScriptedRun>();

    public int Started;

    public async Task<ScriptedRun> NextAsync() =>
        await _runs.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    public async Task<JobOutcome> RunAsync(WorkOrder order, JobMeter meter, CancellationToken cancellation)
    {
        Interlocked.Increment(ref Started);
        var run = new ScriptedRun();
        _runs.Writer.TryWrite(run);
        try
        {
            await run.Ended.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            run.SetStopping();
            if (run.HoldsCleanUp is { } hold) await hold.Task;
            throw;
        }

        return Outcomes.Succeeded(order, meter, []);
    }
}

internal sealed class ScriptedRun
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Ended => _ended.Task;

    public Task Stopping => _stopping.Task.WaitAsync(TimeSpan.FromSeconds(20));

    public TaskCompletionSource? HoldsCleanUp { get; set; }

    public void End() => _ended.TrySetResult();

    public void End(Exception failure) => _ended.TrySetException(failure);

    public void SetStopping() => _stopping.TrySetResult();
}
