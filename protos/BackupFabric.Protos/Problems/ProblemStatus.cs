using BackupFabric.Protos.V1;
using Grpc.Core;

namespace BackupFabric.Protos.Problems;

/// <summary>
/// Which gRPC status stands for which problem. Clients of ours decide by the problem's retry class; the status is for those who
/// know only gRPC, and for calls that failed before anybody could name a problem.
/// </summary>
internal static class ProblemStatus
{
    // The first pattern that ends or begins the code decides; otherwise the retry class does.
    private static readonly (string Ending, StatusCode Status)[] Endings =
    [
        ("-malformed", StatusCode.InvalidArgument),
        ("-invalid", StatusCode.InvalidArgument),
        ("-not-found", StatusCode.NotFound),
        ("-unknown", StatusCode.NotFound),
        ("-exists", StatusCode.AlreadyExists),
        ("-full", StatusCode.ResourceExhausted),
        ("-denied", StatusCode.PermissionDenied),
        ("-revoked", StatusCode.PermissionDenied),
        ("-expired", StatusCode.Unauthenticated),
        ("-damaged", StatusCode.DataLoss),
        ("-not-supported", StatusCode.Unimplemented),
    ];

    private static readonly (string Beginning, StatusCode Status)[] Beginnings =
    [
        ("unknown-", StatusCode.NotFound),
        ("invalid-", StatusCode.InvalidArgument),
        ("malformed-", StatusCode.InvalidArgument),
        ("damaged-", StatusCode.DataLoss),
    ];

    public static StatusCode For(Problem problem)
    {
        foreach (var (ending, status) in Endings)
            if (problem.Code.EndsWith(ending, StringComparison.Ordinal)) return status;
        foreach (var (beginning, status) in Beginnings)
            if (problem.Code.StartsWith(beginning, StringComparison.Ordinal)) return status;
        return problem.Retry switch
        {
            RetryClass.Soon => StatusCode.Unavailable,
            RetryClass.Later => StatusCode.Aborted,
            _ => StatusCode.FailedPrecondition,
        };
    }

    public static Problem ProblemFor(Status status) => status.StatusCode switch
    {
        StatusCode.Unavailable => Make(
            "server-unreachable",
            "The server does not answer",
            "Check that the server runs, that its address and port are right, and that no firewall is in between.",
            RetryClass.Soon),
        StatusCode.DeadlineExceeded => Make(
            "call-timed-out", "The server took too long to answer", "Try again; if it stays so, look at the server's load.", RetryClass.Soon),
        StatusCode.Cancelled => Make("cancelled", "The call was cancelled", "Start it again if it is still wanted.", RetryClass.Never),
        StatusCode.Unauthenticated => Make(
            "not-authenticated",
            "The server does not accept this certificate or token",
            "Enrol the host again with a new token from 'bf host token'.",
            RetryClass.AfterOperatorActs),
        StatusCode.PermissionDenied => Make(
            "not-permitted",
            "The server does not permit this",
            "Check with 'bf host list' that the host is enrolled and not revoked.",
            RetryClass.AfterOperatorActs),
        StatusCode.Unimplemented => Make(
            "call-not-supported",
            "The server does not know this call",
            "Bring server and agent to versions that go together.",
            RetryClass.AfterOperatorActs),
        StatusCode.ResourceExhausted => Make(
            "server-overloaded", "The server has too much to do, or the message is too large", "Try again later.", RetryClass.Later),
        _ => Make(
            "call-failed",
            $"The call failed ({status.StatusCode})",
            "Try again; if it comes back, look into the server's log.",
            RetryClass.Later),
    } is var problem && !string.IsNullOrWhiteSpace(status.Detail)
        ? With(problem, $"{problem.Sentence}: {status.Detail.TrimEnd('.')}.")
        : With(problem, problem.Sentence + ".");

    private static Problem Make(string code, string sentence, string advice, RetryClass retry) =>
        new() { Code = code, Sentence = sentence, Advice = advice, Retry = retry };

    private static Problem With(Problem problem, string sentence)
    {
        problem.Sentence = sentence;
        return problem;
    }
}
