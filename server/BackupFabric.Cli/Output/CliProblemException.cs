using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Output;

internal sealed class CliProblemException(ProblemView problem, int exitCode, Exception? inner = null) : Exception(problem.Sentence, inner)
{
    public CliProblemException(string code, string sentence, string advice, int exitCode, Exception? inner = null)
        : this(new ProblemView(code, sentence, advice, "never"), exitCode, inner)
    {
    }

    public ProblemView Problem { get; } = problem;

    public int ExitCode { get; } = exitCode;
}
