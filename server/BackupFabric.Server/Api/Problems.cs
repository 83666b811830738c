using BackupFabric.BlockStore;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.Rest;
using BackupFabric.Protos.V1;

namespace BackupFabric.Server.Api;

/// <summary>Problems between the features, the wire and the REST surface.</summary>
internal static class Problems
{
    public static ProblemView ToView(this Problem problem) => new(problem.Code, problem.Sentence, problem.Advice, WordOf(problem.Retry));

    public static Problem ToProblem(this ProblemView view) => new()
    {
        Code = view.Code,
        Sentence = view.Sentence,
        Advice = view.Advice,
        Retry = view.Retry switch
        {
            "soon" => RetryClass.Soon,
            "later" => RetryClass.Later,
            "after-operator-acts" => RetryClass.AfterOperatorActs,
            _ => RetryClass.Never,
        },
    };

    public static ProblemException Because(this Problem problem, Exception? cause = null) => new(problem, cause);

    /// <summary>What the repository says, with the retry class that its code means to a job.</summary>
    public static Problem ToProblem(this RepositoryException failure) => new()
    {
        Code = failure.Code,
        Sentence = failure.Message,
        Advice = failure.Advice,
        Retry = failure.Code switch
        {
            "repository-full" => RetryClass.AfterOperatorActs,
            "repository-in-use" => RetryClass.Later,
            "blocks-missing" or "block-missing" => RetryClass.Soon,
            _ => RetryClass.Never,
        },
    };

    public static string WordOf(RetryClass retry) => retry switch
    {
        RetryClass.Soon => "soon",
        RetryClass.Later => "later",
        RetryClass.AfterOperatorActs => "after-operator-acts",
        _ => "never",
    };
}
