using BackupFabric.Protos.V1;

namespace BackupFabric.Protos.Problems;

/// <summary>Carries a <see cref="V1.Problem"/> (stable code, sentence, advice, retry class) to the edge that reports it.</summary>
public sealed class ProblemException(Problem problem, Exception? inner = null) : Exception(problem.Sentence, inner)
{
    public ProblemException(string code, string sentence, string advice, RetryClass retry = RetryClass.Never, Exception? inner = null)
        : this(new Problem { Code = code, Sentence = sentence, Advice = advice, Retry = retry }, inner)
    {
    }

    public Problem Problem { get; } = problem;
}
