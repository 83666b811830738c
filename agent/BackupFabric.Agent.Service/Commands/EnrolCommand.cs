using System.CommandLine;
using BackupFabric.Agent.Enrolment;

namespace BackupFabric.Agent.Service.Commands;

internal static class EnrolCommand
{
    public static Command Create()
    {
        var server = new Option<string>("--server") { Description = "Address of the server, like https://backup.example.org:7443.", Required = true, HelpName = "URL" };
        var token = new Option<string>("--token") { Description = "One-time token from 'bf host token'.", Required = true, HelpName = "TOKEN" };
        var name = new Option<string>("--name")
        {
            Description = "Name of this host on the server.",
            DefaultValueFactory = _ => Environment.MachineName,
            HelpName = "HOST",
        };
        var (data, json) = (SharedOptions.Data(), SharedOptions.Json());
        var command = new Command("enrol", "Make this host a host of a server.") { server, token, name, data, json };
        command.SetAction((parsed, cancellation) =>
        {
            var output = SharedOptions.OutputOf(parsed, json);
            return output.RunAsync(async () =>
            {
                var store = new IdentityStore(parsed.GetValue(data)!);
                var identity = await new Enroller(TimeProvider.System).EnrolAsync(
                    parsed.GetValue(server)!, parsed.GetValue(token)!, parsed.GetValue(name)!, store, cancellation);
                output.Say($"Host '{identity.HostName}' is enrolled with {identity.Server} until {identity.NotAfter:u}. 'bf-agent run' starts the agent.");
                output.Give(ViewOf(identity), OutputJson.Default.EnrolledView);
                return ExitCodes.Ok;
            });
        });
        return command;
    }

    private static EnrolledView ViewOf(AgentIdentity identity) => new(
        identity.HostId,
        identity.HostName,
        identity.Server.ToString(),
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(identity.Authority.RawData)),
        identity.NotAfter);
}
