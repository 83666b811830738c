using System.CommandLine;
using BackupFabric.Cli.Connection;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands;

/// <summary>The root of `bf` and what all of its commands share: `--json`, one way to call the server, one way to fail.</summary>
internal sealed class BfCommand
{
    private readonly RootCommand root;
    private readonly Option<bool> json = new("--json") { Description = "Print one JSON document instead of text.", Recursive = true };
    private readonly Option<string?> profile = new("--profile")
    {
        Description = "File with the address and sign-in that 'bf login' keeps (default: the user's configuration folder; environment BF_PROFILE).",
        HelpName = "FILE",
        Recursive = true,
    };

    private BfCommand()
    {
        root = new RootCommand("bf: operates a BackupFabric server: hosts, virtual machines, backups, recovery.") { json, profile };
        root.Subcommands.Add(LoginCommand.Create(this));
        root.Subcommands.Add(HostCommands.Create(this));
        root.Subcommands.Add(VmCommands.Create(this));
        root.Subcommands.Add(BackupCommand.Create(this));
        root.Subcommands.Add(JobCommands.Create(this));
        root.Subcommands.Add(PointCommands.Create(this));
        root.Subcommands.Add(RecoverCommands.Create(this));
    }

    public static BfCommand Create() => new();

    public async Task<int> InvokeAsync(string[] args)
    {
        var parsed = root.Parse(args);
        var exit = await parsed.InvokeAsync();
        return parsed.Errors.Count > 0 ? ExitCode.Usage : exit;
    }

    public ProfileFile ProfileOf(ParseResult parsed) =>
        new(parsed.GetValue(profile) ?? Environment.GetEnvironmentVariable("BF_PROFILE") ?? ProfileFile.DefaultPath);

    public Printer PrinterOf(ParseResult parsed) => new(parsed.GetValue(json));

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
            var printer = PrinterOf(parsed);
            try
            {
                return await action(parsed, printer, cancellation);
            }
            catch (CliProblemException failure)
            {
                printer.Problem(failure.Problem);
                return failure.ExitCode;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return ExitCode.Interrupted;
            }
        });
}
