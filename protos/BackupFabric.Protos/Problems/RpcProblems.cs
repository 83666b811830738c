using System.Diagnostics.CodeAnalysis;
using BackupFabric.Protos.V1;
using Google.Protobuf;
using Grpc.Core;

namespace BackupFabric.Protos.Problems;

/// <summary>The one way in which a <see cref="Problem"/> travels with a failed call, and comes out of one.</summary>
public static class RpcProblems
{
    /// <summary>Binary trailer with the encoded <see cref="Problem"/>.</summary>
    public const string Trailer = "bf-problem-bin";

    // Trailers share HTTP/2's header limits with everything else; a sentence that long helps nobody anyway.
    private const int TextMax = 2000;

    /// <summary>The failure of a call that tells a client of ours everything, and a foreign one what a person has to read.</summary>
    public static RpcException ToRpcException(this Problem problem, Exception? cause = null)
    {
        var sent = problem.Clone();
        sent.Sentence = Shorten(problem.Sentence);
        sent.Advice = Shorten(problem.Advice);
        var detail = sent.Advice.Length == 0 ? sent.Sentence : $"{sent.Sentence} {sent.Advice}";
        return new RpcException(
            new Status(ProblemStatus.For(problem), detail, cause), new Metadata { { Trailer, sent.ToByteArray() } });
    }

    public static RpcException ToRpcException(this ProblemException exception) => exception.Problem.ToRpcException(exception);

    /// <summary>The problem that the other side sent along; false when it sent none that can be read.</summary>
    public static bool TryGetProblem(this RpcException failure, [NotNullWhen(true)] out Problem? problem)
    {
        problem = null;
        if (failure.Trailers.GetValueBytes(Trailer) is not { } bytes) return false;
        try
        {
            problem = Problem.Parser.ParseFrom(bytes);
            return problem.Code.Length > 0;
        }
        catch (InvalidProtocolBufferException)
        {
            // A stranger's trailer of the same name: the status has to do.
            return false;
        }
    }

    /// <summary>The problem that the other side sent along, or what the status of the failed call amounts to.</summary>
    public static Problem ToProblem(this RpcException failure) =>
        failure.TryGetProblem(out var problem) ? problem : ProblemStatus.ProblemFor(failure.Status);

    /// <summary>A problem for any exception that reaches an edge.</summary>
    public static Problem ToProblem(this Exception exception) => exception switch
    {
        ProblemException known => known.Problem,
        RpcException failure => ToProblem(failure),
        OperationCanceledException => new Problem
        {
            Code = "cancelled",
            Sentence = "The operation was cancelled before it ended.",
            Advice = "Start it again if it is still wanted.",
            Retry = RetryClass.Never,
        },
        _ => new Problem
        {
            Code = "unexpected-failure",
            Sentence = $"Something unforeseen failed: {exception.Message} ({exception.GetType().Name})",
            Advice = "Try again; if it comes back, the log of this process has the details that a report needs.",
            Retry = RetryClass.Later,
        },
    };

    private static string Shorten(string text) =>
        text.Length <= TextMax ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[TextMax - 1]) ? TextMax - 1 : TextMax), "...");
}
