using System.Runtime.ExceptionServices;

namespace BackupFabric.Agent.Orders;

/// <summary>Tasks that stand and fall together.</summary>
internal static class TaskGroup
{
    /// <summary>
    /// Runs all parts to their end. The first failure stops the others and is thrown, after they have stopped.
    /// </summary>
    public static async Task AllAsync(IEnumerable<Func<CancellationToken, Task>> parts, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Exception? first = null;
        await Task.WhenAll(parts.Select(part => Task.Run(
            async () =>
            {
                try
                {
                    await part(stop.Token);
                }
                catch (Exception failure)
                {
                    Interlocked.CompareExchange(ref first, failure, null);
                    await stop.CancelAsync();
                }
            },
            CancellationToken.None)));
        if (first is null) return;
        cancellation.ThrowIfCancellationRequested();
        ExceptionDispatchInfo.Throw(first);
    }

    /// <summary>Runs all parts until the first one ends, in whatever way; the others are stopped. Throws what that one threw.</summary>
    public static async Task AnyAsync(IEnumerable<Func<CancellationToken, Task>> parts, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await AllAsync(
            parts.Select(part => new Func<CancellationToken, Task>(async token =>
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(token, stop.Token);
                try
                {
                    await part(either.Token);
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                    // Asked to stop because another part has ended.
                }
                finally
                {
                    await stop.CancelAsync();
                }
            })),
            cancellation);
    }
}
