using System.CommandLine;

namespace BackupFabric.Agent.Service.Commands;

internal static class VersionCommand
{
    public static Command Create()
    {
        var json = SharedOptions.Json();
        var command = new Command("version", "Print the version of the agent and of its protocol.") { json };
        command.SetAction(parsed =>
        {
            var output = SharedOptions.OutputOf(parsed, json);
            output.Say($"bf-agent {AgentVersion.Text}, protocol {AgentVersion.Protocol}");
            output.Give(new VersionView(AgentVersion.Text, AgentVersion.Protocol), OutputJson.Default.VersionView);
            return ExitCodes.Ok;
        });
        return command;
    }
}
