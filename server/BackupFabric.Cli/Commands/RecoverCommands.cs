using System.CommandLine;
using BackupFabric.Cli.Connection;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Commands;

/// <summary>`bf recover`: from a recovery point to a host.</summary>
internal static class RecoverCommands
{
    private const string VmExample =
        """
        Example:
          bf recover vm 0198f2ab41c0 --to-host hv-02 --name web-01-recovered --wait
        """;

    public static Command Create(BfCommand bf) => new("recover", "Recover from a recovery point.") { Vm(bf) };

    private static Command Vm(BfCommand bf)
    {
        var point = new Argument<string>("point") { Description = "Recovery point: id or its beginning; 'bf point list' shows them." };
        var host = new Option<string>("--to-host") { Description = "Host to recover to: name or id.", HelpName = "HOST", Required = true };
        var name = new Option<string?>("--name") { Description = "Name of the recovered VM (default: its own).", HelpName = "NAME" };
        var path = new Option<string?>("--path") { Description = "Folder on the host (default: the host's default VM folder).", HelpName = "FOLDER" };
        var wait = JobWatch.WaitOption();
        var command = new Command("vm", "Recover a whole VM as a new, switched-off VM. Nothing that exists is touched.") { point, host, name, path, wait };
        bf.Explain(command, VmExample);
        bf.OnRun(command, async (parsed, server, printer, cancellation) =>
        {
            var found = await server.GetAsync<PointView>(ServerClient.Path(Routes.Point, parsed.GetRequiredValue(point)), cancellation);
            var accepted = await server.PostAsync<JobAccepted>(Routes.RecoverVm,
                new RecoverVmRequest(found.Id, parsed.GetRequiredValue(host), parsed.GetValue(name), parsed.GetValue(path)), cancellation);
            return await JobWatch.FollowAsync(server, printer, accepted, parsed.GetValue(wait), cancellation);
        });
        return command;
    }
}
