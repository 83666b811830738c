using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Grpc.Core;
using Polly;
using Polly.Retry;

namespace BackupFabric.Agent.Protect;

/// <summary>
/// How a broken transfer is taken up again. The lease is the real bound: when the server stays away, the order ends with it.
/// </summary>
public sealed record TransferRetries
{
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan GreatestDelay { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Breaks within one job before it gives up.</summary>
    public int BreaksMax { get; init; } = 200;

    /// <summary>
    /// Whether trying again may help: the connection broke, or the other side said "soon". "Cancelled" is how gRPC names a call that the other side
    /// tore down; a job that is itself cancelled ends the pipeline anyway.
    /// </summary>
    internal static bool MayPass(Exception failure) => failure is OperationCanceledException || (failure is RpcException rpc && MayPass(rpc));

    private static bool MayPass(RpcException failure) => failure.TryGetProblem(out var problem)
        ? problem.Retry == RetryClass.Soon
        : failure.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Unknown or StatusCode.Cancelled or StatusCode.Aborted or StatusCode.DeadlineExceeded;

    internal ResiliencePipeline Pipeline(TimeProvider time, Action<Exception, TimeSpan> onRetry) =>
        new ResiliencePipelineBuilder { TimeProvider = time, Name = "transfer" }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Exception is { } failure && MayPass(failure)),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = FirstDelay,
                MaxDelay = GreatestDelay,
                MaxRetryAttempts = BreaksMax,
                OnRetry = args =>
                {
                    onRetry(args.Outcome.Exception!, args.RetryDelay);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
}
