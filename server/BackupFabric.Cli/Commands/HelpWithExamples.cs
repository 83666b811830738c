using System.CommandLine;
using System.CommandLine.Invocation;

namespace BackupFabric.Cli.Commands;

/// <summary>Help as the library prints it, and after it what is worth saying of this one command: a list of commands keeps to one line each.</summary>
internal sealed class HelpWithExamples(SynchronousCommandLineAction help) : SynchronousCommandLineAction
{
    private readonly Dictionary<Command, string> _texts = [];

    /// <summary>After a usage error: only how the command is written.</summary>
    public bool Brief { get; set; }

    public override bool ClearsParseErrors => true;

    public void Add(Command command, string text) => _texts.Add(command, text);

    public override int Invoke(ParseResult parseResult)
    {
        var exit = help.Invoke(parseResult);
        if (!Brief && _texts.TryGetValue(parseResult.CommandResult.Command, out var text)) parseResult.InvocationConfiguration.Output.WriteLine(text + Environment.NewLine);
        return exit;
    }
}
