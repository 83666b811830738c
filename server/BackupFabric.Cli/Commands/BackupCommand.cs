using System.CommandLine;
using BackupFabric.Cli.Connection;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Commands;

/// <summary>`bf backup VM`: a recovery point now.</summary>
internal static class BackupCommand
{
    private const string Example =
        """
        Example:
          bf backup web-01 --wait
        """;

    public static Command Create(BfCommand bf)
    {
        var vm = new Argument<string>("vm") { Description = "Name or id of the virtual machine." };
        var wait = JobWatch.WaitOption();
        var full = new Option<bool>("--full") { Description = "Read and compare everything, though change tracking could be asked (a consistency check)." };
        var contract = new Option<string?>("--consistency") { Description = "How good it has to be (default: application-preferred).", HelpName = "CONTRACT" };
        contract.AcceptOnlyFromAmong("application-preferred", "application-required", "crash-accepted", "offline-accepted");
        var command = new Command("backup", "Synchronize a virtual machine and make a recovery point.") { vm, wait, full, contract };
        bf.Explain(command, Example);
        bf.OnRun(command, async (parsed, server, printer, cancellation) =>
        {
            var accepted = await server.PostAsync<JobAccepted>(ServerClient.Path(Routes.VmBackup, parsed.GetRequiredValue(vm)),
                new BackupRequest(parsed.GetValue(contract), parsed.GetValue(full)), cancellation);
            return await JobWatch.FollowAsync(server, printer, accepted, parsed.GetValue(wait), cancellation);
        });
        return command;
    }
}
