using System.CommandLine;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Machines;
using BackupFabric.Agent.Lab.Storage;

namespace BackupFabric.Agent.Lab.Commands;

/// <summary>checkpoint, merge: what an administrator, or another product, does to a VM.</summary>
internal static class MaintenanceCommands
{
    public static Command Checkpoint()
    {
        Option<string> vm = CommonOptions.Vm();
        Option<bool> crash = new("--crash-consistent") { Description = "Do not ask the guest." };
        Command command = new("checkpoint", "Make a recovery checkpoint, as another backup product would.") { vm, crash };
        command.Does(
            async (parsed, cancellation) =>
            {
                (LabHost host, VmDocument found) = VmFinder.Find(CommonOptions.Lab(parsed), parsed.GetValue(vm)!, TimeProvider.System);
                int level = parsed.GetValue(crash) || !found.Running ? Checkpoints.CrashConsistent : Checkpoints.ApplicationConsistent;
                VmCheckpoint made = await Checkpoints.CreateAsync(host, found.Id, level, cancellation);
                return new() { ["vm"] = found.Settings.Name, ["id"] = SettingIds.Guid(made.Id), ["sequence"] = made.Sequence };
            },
            (result, output) => output.WriteLine($"{result["vm"]}: checkpoint {result["id"]} at write {result["sequence"]}."));
        return command;
    }

    public static Command Merge()
    {
        Option<string> vm = CommonOptions.Vm();
        Command command = new("merge", "Finish merges that a dead process left.") { vm };
        command.Does(
            async (parsed, cancellation) =>
            {
                (LabHost host, VmDocument found) = VmFinder.Find(CommonOptions.Lab(parsed), parsed.GetValue(vm)!, TimeProvider.System);
                await ChainMerge.RunAsync(host, found.Id, cancellation);
                return VmCommands.Describe(host, host.FindVm(found.Id) ?? found).AsObject();
            },
            VmCommands.PrintLine);
        return command;
    }
}
