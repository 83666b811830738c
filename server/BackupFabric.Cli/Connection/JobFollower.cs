using System.Runtime.CompilerServices;
using BackupFabric.Cli.Output;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Connection;

/// <summary>
/// Follows a job to its end over streams that break. The job does not depend on being watched, so a server that restarts in
/// between must not look like the job's failure.
/// </summary>
internal sealed class JobFollower(ServerClient server, WatchPatience patience, TimeProvider time)
{
    /// <summary>The job's view as it changes; the last one has ended.</summary>
    public async IAsyncEnumerable<JobView> FollowAsync(Guid job, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var heard = time.GetTimestamp();
        while (true)
        {
            await foreach (var view in StreamAsync(job, cancellation))
            {
                heard = time.GetTimestamp();
                yield return view;
                if (view.Ended) yield break;
            }

            await Task.Delay(patience.Pause, time, cancellation);
            if (await AskAsync(job, heard, cancellation) is not { } asked) continue;
            heard = time.GetTimestamp();
            yield return asked;
            if (asked.Ended) yield break;
        }
    }

    /// <summary>One stream until it ends, breaks or falls silent.</summary>
    private async IAsyncEnumerable<JobView> StreamAsync(Guid job, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var events = server.JobEventsAsync(job, silence.Token).GetAsyncEnumerator(silence.Token);
        while (true)
        {
            try
            {
                silence.CancelAfter(patience.Silence);
                if (!await events.MoveNextAsync()) yield break;
            }
            catch (Exception broken) when (IsBreak(broken) && !cancellation.IsCancellationRequested)
            {
                yield break;
            }

            yield return events.Current;
        }
    }

    /// <summary>The job's state without a stream; null when the server does not answer yet.</summary>
    private async Task<JobView?> AskAsync(Guid job, long heard, CancellationToken cancellation)
    {
        try
        {
            return await server.GetAsync<JobView>(ServerClient.Path(Routes.Job, job), cancellation);
        }
        catch (CliProblemException failure) when (failure.MayPass)
        {
            if (time.GetElapsedTime(heard) < patience.GiveUpAfter) return null;
            var id = Units.Short(job);
            throw new CliProblemException(
                failure.Problem with { Advice = $"{failure.Problem.Advice} The job does not depend on being watched; 'bf job watch {id}' follows it again." },
                failure.ExitCode, failure);
        }
    }

    private static bool IsBreak(Exception failure) =>
        failure is IOException or HttpRequestException or OperationCanceledException or CliProblemException { MayPass: true };
}
