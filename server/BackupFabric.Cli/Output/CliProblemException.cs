using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Output;

/// <summary>Ends a command with a problem to print and the exit code of its kind.</summary>
internal sealed class CliProblemException(ProblemView problem, int exitCode, Exception? inner = null) : Exception(problem.Sentence, inner)
{
    public CliProblemException(string code, string sentence, string advice, int exitCode, Exception? inner = null)
        : this(new ProblemView(code, sentence, advice, "never"), exitCode, inner)
    {
    }

    public ProblemView Problem { get; } = problem;

    public int ExitCode { get; } = exitCode;

    /// <summary>The server may answer again in a moment: a restart, a proxy without its server.</summary>
    public bool MayPass => ExitCode == Output.ExitCode.Unreachable && Problem.Retry != "never";
}
