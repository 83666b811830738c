using BackupFabric.Agent.Connection;
using Grpc.Core;
using Polly;
using Polly.Retry;

namespace BackupFabric.Agent.Control;

public sealed record ControlSettings
{
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan GreatestDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between attempts while the server answers but will not have this host (revoked, expired).</summary>
    public TimeSpan RefusedDelay { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>For the welcome after the hello.</summary>
    public TimeSpan AnswerPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A connection that held this long makes the next attempt count as the first.</summary>
    public TimeSpan ProvenAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>When the server does not say.</summary>
    public TimeSpan PulseEvery { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan ProgressEvery { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Hints may be missed: the whole inventory is looked at this often.</summary>
    public TimeSpan InventoryEvery { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Hints come in swarms; they are gathered for this long.</summary>
    public TimeSpan HintsGatheredFor { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Tries to connect, for ever: an agent has nothing better to do.</summary>
    internal ResiliencePipeline Pipeline(TimeProvider time, Action<Exception, TimeSpan> onRetry) =>
        new ResiliencePipelineBuilder { TimeProvider = time, Name = "control" }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Exception is { } failure && IsPassing(failure)),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = FirstDelay,
                MaxDelay = GreatestDelay,
                MaxRetryAttempts = int.MaxValue,
                DelayGenerator = args => ValueTask.FromResult<TimeSpan?>(ServerCalls.IsRefusal(args.Outcome.Exception!) ? RefusedDelay : null),
                OnRetry = args =>
                {
                    onRetry(args.Outcome.Exception!, args.RetryDelay);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();

    // "Cancelled" is how gRPC names a call that the other side tore down; our own stopping ends the pipeline anyway.
    internal static bool IsPassing(Exception failure) =>
        failure is RpcException or OperationCanceledException or TimeoutException or IOException or HttpRequestException or InvalidOperationException;
}
