using System.CommandLine;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands;

/// <summary>`bf logout`: forgets the sign-in on this computer.</summary>
internal static class LogoutCommand
{
    public static Command Create(BfCommand bf)
    {
        var command = new Command("logout", "Forget the sign-in that this computer keeps.");
        bf.OnRunUnconnected(command, (parsed, printer, _) =>
        {
            var file = bf.ProfileOf(parsed);
            var removed = file.Remove();
            printer.Result(new { removed, profile = file.Path },
                r => Printer.Line(r.removed ? $"Signed out; '{r.profile}' is removed." : $"There was no sign-in in '{r.profile}'."));
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }
}
