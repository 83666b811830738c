using System.CommandLine;

namespace BackupFabric.Agent.Service.Commands;

internal static class CommandTree
{
    public static async Task<int> InvokeAsync(string[] args, TextWriter output, TextWriter errors)
    {
        var parsed = Create().Parse(args);
        // Signals are the commands' own business: a running agent needs longer to clean up than the library would wait.
        var code = await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = errors, ProcessTerminationTimeout = null });
        return parsed.Errors.Count > 0 ? ExitCodes.Usage : code;
    }

    private static RootCommand Create() => new("The BackupFabric agent of this host.")
    {
        EnrolCommand.Create(),
        RunCommand.Create(),
        StatusCommand.Create(),
        VersionCommand.Create(),
    };
}
