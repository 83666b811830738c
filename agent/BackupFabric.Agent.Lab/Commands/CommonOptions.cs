using System.CommandLine;
using BackupFabric.Agent.Lab.DataCenter;

namespace BackupFabric.Agent.Lab.Commands;

/// <summary>Options that every command has.</summary>
internal static class CommonOptions
{
    public static readonly Option<string> Dir = new("--dir", "-d")
    {
        Description = "Folder of the lab data centre (or set BF_LAB_DIR).",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("BF_LAB_DIR") ?? ".lab",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print one JSON object instead of text.",
        Recursive = true,
    };

    public static LabFolder Lab(ParseResult parsed) => LabFolder.Open(parsed.GetValue(Dir)!);

    public static Option<string> Vm() => new("--vm", "--name") { Description = "Name or GUID of the VM.", Required = true };

    public static Option<string> Required(string name, string description) => new(name) { Description = description, Required = true };
}
