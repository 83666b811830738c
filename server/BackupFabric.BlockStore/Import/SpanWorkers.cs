using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using BackupFabric.Blocks.Spans;

namespace BackupFabric.BlockStore.Import;

/// <summary>Several spans in work at once, their leaves handed out in order. A failure of one ends all, and none is at work any more when this is disposed.</summary>
internal sealed class SpanWorkers(int count, Func<SpanImporter> makeWorker) : IAsyncDisposable
{
    /// <summary>Finished leaves that wait for a slower span before them, for each worker; a leaf has at most some 150 KiB.</summary>
    private const int LeavesAheadPerWorker = 4;

    private readonly SemaphoreSlim _free = new(count);
    private readonly ConcurrentBag<SpanImporter> _idle = [];
    private readonly ConcurrentBag<SpanImporter> _all = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _scheduling = Task.CompletedTask;

    public async IAsyncEnumerable<(long Span, ReadOnlyMemory<byte> Leaf)> LeavesAsync(ImportPlan plan, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var running = Channel.CreateBounded<Task<(long Span, ReadOnlyMemory<byte>? Leaf)>>(count * LeavesAheadPerWorker);
        using var stop = cancellation.Register(_stop.Cancel);
        _scheduling = ScheduleAsync(plan, running.Writer, _stop.Token);
        await foreach (var span in running.Reader.ReadAllAsync(cancellation))
        {
            var (number, leaf) = await span;
            if (leaf is { } changed) yield return (number, changed);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _scheduling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Whoever still works gives its place back when it ends.
        for (var i = 0; i < count; i++) await _free.WaitAsync();
        foreach (var worker in _all) worker.Dispose();
        _free.Dispose();
        _stop.Dispose();
    }

    private async Task ScheduleAsync(ImportPlan plan, ChannelWriter<Task<(long Span, ReadOnlyMemory<byte>? Leaf)>> running, CancellationToken cancellation)
    {
        try
        {
            await foreach (var span in plan.SpansAsync(cancellation))
            {
                await _free.WaitAsync(cancellation);
                await running.WriteAsync(Task.Run(() => RunAsync(span, cancellation), CancellationToken.None), cancellation);
            }

            running.Complete();
        }
        catch (Exception failure)
        {
            // Told to whoever waits for the leaves.
            running.Complete(failure);
        }
    }

    private async Task<(long Span, ReadOnlyMemory<byte>? Leaf)> RunAsync(SpanPlan plan, CancellationToken cancellation)
    {
        try
        {
            if (!_idle.TryTake(out var worker)) _all.Add(worker = makeWorker());
            var leaf = await worker.RunAsync(plan, cancellation);
            _idle.Add(worker);
            return (plan.Span, leaf);
        }
        finally
        {
            _free.Release();
        }
    }
}
