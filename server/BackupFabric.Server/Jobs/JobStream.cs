using System.Runtime.CompilerServices;
using BackupFabric.Protos.Rest;
using BackupFabric.Server.Api;

namespace BackupFabric.Server.Jobs;

/// <summary>The life of one job as a sequence of views: what it is now, every change that a watcher can keep up with, and its end.</summary>
internal sealed class JobStream(JobDesk desk, JobFeed feed, TimeProvider time, IHostApplicationLifetime lifetime)
{
    /// <summary>A watcher is not told more often; people cannot read faster.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Said again when nothing happens, so that proxies keep the connection and watchers see that it lives.</summary>
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(15);

    public async IAsyncEnumerable<JobView> WatchAsync(Guid jobId, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        using var watch = feed.Subscribe(jobId);
        while (await ViewAsync(jobId, stop.Token) is { } view)
        {
            yield return view;
            if (view.Ended || !await NudgedAsync(watch, stop.Token)) yield break;
        }
    }

    private async Task<JobView?> ViewAsync(Guid jobId, CancellationToken cancellation)
    {
        try
        {
            return (await desk.FindAsync(jobId, cancellation) ?? throw JobProblems.NotFound(jobId.ToString("D")).Because()).ToView();
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<bool> NudgedAsync(JobFeed.Watch watch, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(Pause, time, cancellation);
            await watch.Nudges.ReadAsync(cancellation).AsTask().WaitAsync(SilenceMax, time, cancellation);
            return true;
        }
        catch (TimeoutException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
