using System.CommandLine;

namespace BackupFabric.Agent.Service.Commands;

internal static class SharedOptions
{
    public static Option<string> Data() => new("--data")
    {
        Description = "Folder of the agent: identity, journal, unsent outcomes.",
        DefaultValueFactory = _ => DataFolder.Default,
        HelpName = "DIR",
    };

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON object instead of sentences." };

    public static Output OutputOf(ParseResult parsed, Option<bool>? json = null) =>
        new(json is not null && parsed.GetValue(json), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
}
