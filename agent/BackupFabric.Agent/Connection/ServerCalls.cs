using System.Net.Sockets;
using System.Security.Authentication;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Grpc.Core;

namespace BackupFabric.Agent.Connection;

/// <summary>What a failed call to the server amounts to, in a sentence that names the server.</summary>
internal static class ServerCalls
{
    public static Problem ProblemOf(Exception failure, Uri server, AuthorityTrust? trust)
    {
        if (failure is RpcException rpc && rpc.TryGetProblem(out var sent)) return sent;
        var causes = Causes(failure).ToList();
        if (causes.Any(c => c is AuthenticationException) && trust?.Refusal is { } refusal) return refusal;
        if (causes.OfType<SocketException>().FirstOrDefault() is { } socket) return AgentProblems.ServerUnreachable(server, Sentence(socket.Message));
        return failure switch
        {
            RpcException { StatusCode: StatusCode.Unavailable or StatusCode.Internal or StatusCode.DeadlineExceeded } lost => AgentProblems.ServerUnreachable(server, Sentence(lost.Status.Detail)),
            HttpRequestException or IOException or TimeoutException or OperationCanceledException => AgentProblems.ServerUnreachable(server, Sentence(causes[^1].Message)),
            _ => failure.ToProblem(),
        };
    }

    /// <summary>Whether the server answered and will not have this host: trying again soon is no use.</summary>
    public static bool IsRefusal(Exception failure) => failure is RpcException rpc && (rpc.TryGetProblem(out var problem)
        ? problem.Retry is RetryClass.Never or RetryClass.AfterOperatorActs
        : rpc.StatusCode is StatusCode.Unauthenticated or StatusCode.PermissionDenied or StatusCode.Unimplemented);

    private static IEnumerable<Exception> Causes(Exception failure)
    {
        for (var at = failure; at is not null; at = at.InnerException ?? (at as RpcException)?.Status.DebugException) yield return at;
    }

    private static string Sentence(string text) => text.TrimEnd('.', ' ') + ".";
}
