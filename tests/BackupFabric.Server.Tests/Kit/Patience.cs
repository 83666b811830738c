using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Grpc.Core;

namespace BackupFabric.Server.Tests.Kit;

internal static class Patience
{
    /// <summary>How long anything is waited for before a test fails.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    /// <summary>Looks again and again until it holds.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await holds())
        {
            Assert.False(limit.IsCancellationRequested, $"Waited in vain until {what}.");
            await Task.Delay(LookEvery, TimeProvider.System);
        }
    }

    public static Task UntilAsync(string what, Func<bool> holds) => UntilAsync(what, () => Task.FromResult(holds()));

    /// <summary>The problem with which a call fails.</summary>
    public static async Task<Problem> ProblemOf(Func<Task> call)
    {
        var failure = await Assert.ThrowsAnyAsync<RpcException>(() => call().WaitAsync(Limit));
        Assert.True(failure.TryGetProblem(out var problem), $"No problem came along: {failure}");
        Assert.NotEmpty(problem.Sentence);
        Assert.NotEmpty(problem.Advice);
        return problem;
    }
}
