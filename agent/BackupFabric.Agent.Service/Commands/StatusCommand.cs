using System.CommandLine;
using BackupFabric.Agent.Enrolment;

namespace BackupFabric.Agent.Service.Commands;

internal static class StatusCommand
{
    public static Command Create()
    {
        var (data, json) = (SharedOptions.Data(), SharedOptions.Json());
        var command = new Command("status", "Say whom this agent works for, and how it is.") { data, json };
        command.SetAction((parsed, _) =>
        {
            var output = SharedOptions.OutputOf(parsed, json);
            return output.RunAsync(() =>
            {
                var status = StatusOf(parsed.GetValue(data)!);
                output.Say(Sentence(status, parsed.GetValue(data)!));
                output.Give(status, OutputJson.Default.StatusView);
                return Task.FromResult(status.Enrolled ? ExitCodes.Ok : ExitCodes.NotEnrolled);
            });
        });
        return command;
    }

    private static StatusView StatusOf(string folder)
    {
        var identity = Directory.Exists(folder) ? new IdentityStore(folder).Current : null;
        return new StatusView(
            identity is not null,
            DataFolderLock.IsTaken(folder),
            identity?.HostId,
            identity?.HostName,
            identity?.Server.ToString(),
            identity?.NotAfter,
            FilesIn(Path.Combine(folder, "journal"), "*.json"),
            FilesIn(Path.Combine(folder, "outcomes"), "*.outcome"));
    }

    private static string Sentence(StatusView status, string folder) => status.Enrolled
        ? $"""
          Host:         {status.HostName} ({status.HostId})
          Server:       {status.Server}
          Certificate:  valid until {status.CertificateNotAfter:u}
          Agent:        {(status.Running ? "running" : "not running")}
          Left on host: {status.OpenJournalEntries} things of running or interrupted jobs
          To report:    {status.UnsentOutcomes} ended jobs
          """
        : $"This host is not enrolled with a server: there is no identity in '{folder}'. Make a token on the server with 'bf host token' and run 'bf-agent enrol'.";

    private static int FilesIn(string folder, string pattern) => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern).Count() : 0;
}
