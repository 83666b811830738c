using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Grpc.Core;

namespace BackupFabric.Protos.Tests.Problems;

public sealed class RpcProblemsTests
{
    private static readonly Problem Full = new()
    {
        Code = "repository-full",
        Sentence = "Repository 'main' has 1 GB free; this backup needs about 2 GB.",
        Advice = "Add a volume; the job then continues by itself.",
        Retry = RetryClass.AfterOperatorActs,
    };

    [Fact]
    public void A_problem_comes_out_of_a_failed_call_as_it_went_in()
    {
        var failure = new ProblemException(Full).ToRpcException();

        Assert.Equal(Full, failure.ToProblem());
        Assert.Equal(Full, ((Exception)failure).ToProblem());
        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
    }

    [Fact]
    public void A_client_that_knows_only_gRPC_reads_sentence_and_advice()
    {
        Assert.Equal(
            "Repository 'main' has 1 GB free; this backup needs about 2 GB. Add a volume; the job then continues by itself.",
            Full.ToRpcException().Status.Detail);
    }

    [Theory]
    [InlineData("vm-not-found", RetryClass.Never, StatusCode.NotFound)]
    [InlineData("unknown-vm", RetryClass.Never, StatusCode.NotFound)]
    [InlineData("vm-name-exists", RetryClass.AfterOperatorActs, StatusCode.AlreadyExists)]
    [InlineData("host-revoked", RetryClass.Never, StatusCode.PermissionDenied)]
    [InlineData("certificate-expired", RetryClass.AfterOperatorActs, StatusCode.Unauthenticated)]
    [InlineData("request-invalid", RetryClass.Never, StatusCode.InvalidArgument)]
    [InlineData("disk-damaged", RetryClass.AfterOperatorActs, StatusCode.DataLoss)]
    [InlineData("anything", RetryClass.Soon, StatusCode.Unavailable)]
    [InlineData("anything", RetryClass.Later, StatusCode.Aborted)]
    [InlineData("anything", RetryClass.AfterOperatorActs, StatusCode.FailedPrecondition)]
    [InlineData("anything", RetryClass.Never, StatusCode.FailedPrecondition)]
    public void The_status_follows_the_code_and_then_the_retry_class(string code, RetryClass retry, StatusCode expected) =>
        Assert.Equal(expected, new Problem { Code = code, Sentence = "x", Retry = retry }.ToRpcException().StatusCode);

    [Fact]
    public void Every_status_without_a_problem_becomes_a_sentence_with_advice()
    {
        foreach (var status in Enum.GetValues<StatusCode>().Where(status => status != StatusCode.OK))
        {
            var problem = new RpcException(new Status(status, "detail.")).ToProblem();

            Assert.Matches("^[a-z]+(-[a-z]+)*$", problem.Code);
            Assert.EndsWith(": detail.", problem.Sentence, StringComparison.Ordinal);
            Assert.NotEmpty(problem.Advice);
        }

        Assert.Equal(RetryClass.Soon, new RpcException(new Status(StatusCode.Unavailable, "")).ToProblem().Retry);
    }

    [Fact]
    public void A_trailer_that_is_no_problem_falls_back_to_the_status()
    {
        foreach (var bytes in new byte[][] { [], [0xFF, 0xFF], [0x12, 0x01, 0x41] })
        {
            var failure = new RpcException(
                new Status(StatusCode.Unavailable, "down"), new Metadata { { RpcProblems.Trailer, bytes } });

            Assert.False(failure.TryGetProblem(out _));
            Assert.Equal("server-unreachable", failure.ToProblem().Code);
        }
    }

    [Fact]
    public void A_text_too_long_for_a_trailer_is_shortened_and_not_torn()
    {
        var problem = new Problem { Code = "x", Sentence = new string('a', 1999) + "😀" + new string('b', 100_000) };

        var sent = problem.ToRpcException().ToProblem();

        Assert.Equal(new string('a', 1999) + "...", sent.Sentence);
    }

    [Fact]
    public void Whatever_reaches_an_edge_becomes_a_problem()
    {
        Assert.Equal("cancelled", new OperationCanceledException().ToProblem().Code);
        var unforeseen = new InvalidDataException("bad bytes").ToProblem();
        Assert.Equal("unexpected-failure", unforeseen.Code);
        Assert.Contains("bad bytes", unforeseen.Sentence, StringComparison.Ordinal);
    }
}
