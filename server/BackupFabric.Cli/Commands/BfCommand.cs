using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using BackupFabric.BlockStore;
using BackupFabric.Cli.Commands.Store;
using BackupFabric.Cli.Connection;
using BackupFabric.Cli.Output;
using BackupFabric.Disks;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Commands;

/// <summary>The root of `bf` and what all of its commands share: `--json`, one way to call the server, one way to fail.</summary>
internal sealed class BfCommand
{
    private const string Beginning =
        """
        Begin with:
          bf login https://SERVER:PORT
          bf vm list
          bf backup VM --wait
          bf recover vm POINT --to-host HOST --wait
        """;

    /// <summary>After Ctrl-C: time to remove what is half-made, and to seal what was written.</summary>
    private static readonly TimeSpan _timeToStop = TimeSpan.FromSeconds(30);

    private readonly RootCommand _root;
    private readonly HelpWithExamples _help;
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON document instead of text.", Recursive = true };
    private readonly Option<string?> _profile = new("--profile")
    {
        Description = "File that keeps the sign-in (default: in the user's configuration folder; environment BF_PROFILE).",
        HelpName = "FILE",
        Recursive = true,
    };

    private BfCommand()
    {
        _root = new RootCommand("bf operates a BackupFabric server: hosts, virtual machines, backups, recovery.") { _json, _profile };
        var option = _root.Options.OfType<HelpOption>().Single();
        option.Action = _help = new HelpWithExamples((SynchronousCommandLineAction)option.Action!);
        Explain(_root, $"{Beginning}\n\n{ExitCode.Help}");
        _root.Subcommands.Add(LoginCommand.Create(this));
        _root.Subcommands.Add(LogoutCommand.Create(this));
        _root.Subcommands.Add(HostCommands.Create(this));
        _root.Subcommands.Add(VmCommands.Create(this));
        _root.Subcommands.Add(BackupCommand.Create(this));
        _root.Subcommands.Add(JobCommands.Create(this));
        _root.Subcommands.Add(PointCommands.Create(this));
        _root.Subcommands.Add(RecoverCommands.Create(this));
        _root.Subcommands.Add(StoreCommand.Create(this));
    }

    public static BfCommand Create() => new();

    public Task<int> InvokeAsync(string[] args)
    {
        // A name may begin with '@'; it is not a file with more words.
        var parsed = _root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        return parsed.Action is ParseErrorAction
            ? Task.FromResult(ExplainUsage(parsed, args))
            : parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = _timeToStop });
    }

    public ProfileFile ProfileOf(ParseResult parsed) =>
        new(parsed.GetValue(_profile) ?? Environment.GetEnvironmentVariable("BF_PROFILE") ?? ProfileFile.DefaultPath);

    /// <summary>What the help of this command says after its options.</summary>
    public void Explain(Command command, string text) => _help.Add(command, text);

    /// <summary>Gives a command its action: an open connection, a printer, and the exit code of whatever goes wrong.</summary>
    public void OnRun(Command command, Func<ParseResult, ServerClient, Printer, CancellationToken, Task<int>> action) =>
        OnRunUnconnected(command, async (parsed, printer, cancellation) =>
        {
            using var server = ServerClient.Open(ProfileOf(parsed).Load());
            return await action(parsed, server, printer, cancellation);
        });

    public void OnRunUnconnected(Command command, Func<ParseResult, Printer, CancellationToken, Task<int>> action) =>
        command.SetAction(async (parsed, cancellation) =>
        {
            var printer = new Printer(parsed.GetValue(_json));
            try
            {
                return await action(parsed, printer, cancellation);
            }
            catch (Exception failure)
            {
                var problem = ProblemOf(failure, cancellation);
                printer.Problem(problem.Problem);
                return problem.ExitCode;
            }
        });

    private static CliProblemException ProblemOf(Exception failure, CancellationToken cancellation) => failure switch
    {
        CliProblemException known => known,
        RepositoryException refused => new CliProblemException(refused.Code, refused.Message, refused.Advice, ExitCode.OfRepository(refused.Code), refused),
        DiskImageException image => new CliProblemException(image.Code, image.Message, image.Advice, ExitCode.OfImage(image.Code), image),
        OperationCanceledException when cancellation.IsCancellationRequested =>
            new CliProblemException("interrupted", "Interrupted.", "", ExitCode.Interrupted, failure),
        // A fault of bf itself: the operator gets a sentence, and with BF_TRACE=1 what a report of it needs.
        _ => new CliProblemException("bf-failed",
            $"bf itself failed ({failure.GetType().Name}): {(Environment.GetEnvironmentVariable("BF_TRACE") == "1" ? failure : failure.Message)}",
            "Run it again with BF_TRACE=1 in the environment and report what it prints.", ExitCode.Failed, failure),
    };

    private int ExplainUsage(ParseResult parsed, string[] args)
    {
        var words = WordsOf(parsed.CommandResult.Command);
        var advice = $"'{string.Join(' ', ["bf", .. words, "--help"])}' explains it.";
        var sentence = parsed is { UnmatchedTokens: [var word, ..], CommandResult.Command.Subcommands.Count: > 0 }
            ? $"'{word}' is not a command of '{string.Join(' ', ["bf", .. words])}'."
            : string.Join(' ', parsed.Errors.Select(SentenceOf));
        // The words did not parse, so the option has to be looked for among them.
        var printer = new Printer(args.TakeWhile(a => a != "--").Contains("--json"));
        printer.Problem(new ProblemView("usage", sentence, advice, "never"));
        if (printer.Json) return ExitCode.Usage;
        Console.Error.WriteLine();
        _help.Brief = true;
        _root.Parse([.. words, "--help"]).Invoke(new InvocationConfiguration { Output = Console.Error });
        return ExitCode.Usage;
    }

    /// <summary>The library breaks lines within its messages, and ends only some of them.</summary>
    private static string SentenceOf(ParseError error) =>
        string.Join(' ', error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.') + ".";

    private static List<string> WordsOf(Command command)
    {
        var words = new List<string>();
        for (var at = command; at is not (null or RootCommand); at = at.Parents.OfType<Command>().FirstOrDefault()) words.Insert(0, at.Name);
        return words;
    }
}
