using System.CommandLine;

namespace BackupFabric.Agent.Service.Commands;

internal static class CommandTree
{
    public static RootCommand Create() => new("The BackupFabric agent of this host.")
    {
        EnrolCommand.Create(),
        RunCommand.Create(),
        StatusCommand.Create(),
        VersionCommand.Create(),
    };
}
