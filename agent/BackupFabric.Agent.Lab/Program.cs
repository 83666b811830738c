using System.CommandLine;
using BackupFabric.Agent.Lab.Commands;

RootCommand root = new("bf-lab drives a simulated Hyper-V data centre that lives in a folder.")
{
    CommonOptions.Dir,
    CommonOptions.Json,
};
root.Subcommands.Add(DataCenterCommands.Create());
root.Subcommands.Add(DataCenterCommands.Show());
root.Subcommands.Add(DataCenterCommands.Host());
root.Subcommands.Add(VmCommands.Create());
root.Subcommands.Add(GuestCommands.Create());
root.Subcommands.Add(CheckpointCommands.List());
root.Subcommands.Add(CheckpointCommands.Leftovers());
root.Subcommands.Add(MaintenanceCommands.Checkpoint());
root.Subcommands.Add(MaintenanceCommands.Merge());
root.Subcommands.Add(VerifyCommand.Create());

ParseResult parsed = root.Parse(args);
int code = await parsed.InvokeAsync();
return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
