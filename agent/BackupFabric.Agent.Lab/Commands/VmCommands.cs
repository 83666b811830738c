using System.CommandLine;
using System.Text.Json.Nodes;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Machines;
using BackupFabric.Agent.Lab.Storage;

namespace BackupFabric.Agent.Lab.Commands;

/// <summary>vm create, start, stop, list, delete, guest.</summary>
internal static class VmCommands
{
    public static Command Create()
    {
        Command vm = new("vm", "Make VMs, start and stop them.");
        vm.Subcommands.Add(VmCreateCommand.Create());
        vm.Subcommands.Add(Power("start", "Start a VM.", running: true));
        vm.Subcommands.Add(Power("stop", "Turn a VM off.", running: false));
        vm.Subcommands.Add(List());
        vm.Subcommands.Add(Delete());
        vm.Subcommands.Add(Damage());
        return vm;
    }

    public static JsonNode Describe(LabHost host, VmDocument vm) => new JsonObject
    {
        ["name"] = vm.Settings.Name,
        ["id"] = SettingIds.Guid(vm.Id),
        ["host"] = host.Name,
        ["state"] = vm.Planned ? "planned" : vm.Running ? "running" : "off",
        ["generation"] = vm.Settings.Generation,
        ["version"] = vm.Settings.Version,
        ["checkpoints"] = vm.Checkpoints.Count,
        ["referencePoints"] = vm.ReferencePoints.Count,
        ["merging"] = ChainMerge.IsDue(vm),
        ["disks"] = new JsonArray([.. vm.Settings.AttachedDisks.Select(d => (JsonNode)new JsonObject
        {
            ["path"] = d.Path,
            ["file"] = host.Volumes.ToLocal(d.Path),
            ["chain"] = d.Chain.Count,
        })]),
    };

    public static void PrintLine(JsonNode vm, TextWriter output) =>
        output.WriteLine($"    {vm["name"],-16} {vm["state"],-8} {vm["id"]}  {vm["disks"]!.AsArray().Count} disk(s), {vm["checkpoints"]} checkpoint(s), {vm["referencePoints"]} reference point(s)");

    private static Command List()
    {
        Command command = new("list", "List the VMs of all hosts.");
        command.Does(
            (parsed, _) => Task.FromResult(new JsonObject
            {
                ["vms"] = new JsonArray([.. CommonOptions.Lab(parsed).Hosts(TimeProvider.System).SelectMany(h => h.Vms().Select(v => Describe(h, v)))]),
            }),
            (result, output) =>
            {
                foreach (JsonNode? vm in result["vms"]!.AsArray())
                {
                    output.Write($"{vm!["host"],-8}");
                    PrintLine(vm, output);
                }
            });
        return command;
    }

    private static Command Power(string name, string description, bool running)
    {
        Option<string> vm = CommonOptions.Vm();
        Command command = new(name, description) { vm };
        command.Does(
            async (parsed, cancellation) =>
            {
                (LabHost host, VmDocument found) = VmFinder.Find(CommonOptions.Lab(parsed), parsed.GetValue(vm)!, TimeProvider.System);
                if (!host.Document.On)
                    throw new LabException("host-off", $"Host '{host.Name}' is off.", $"Start it with 'bf-lab host on --host {host.Name}'.");
                using VmSession session = await VmSession.OpenAsync(host, found.Id, cancellation);
                session.Vm.Running = running;
                session.Save();
                return Describe(host, session.Vm).AsObject();
            },
            PrintLine);
        return command;
    }

    private static Command Delete()
    {
        Option<string> vm = CommonOptions.Vm();
        Option<bool> disks = new("--with-disks") { Description = "Remove the folder with its disks as well." };
        Command command = new("delete", "Remove a VM that is off.") { vm, disks };
        command.Does(
            async (parsed, cancellation) =>
            {
                (LabHost host, VmDocument found) = VmFinder.Find(CommonOptions.Lab(parsed), parsed.GetValue(vm)!, TimeProvider.System);
                if (found.Running)
                    throw new LabException("vm-runs", $"'{found.Settings.Name}' is running.", $"Stop it with 'bf-lab vm stop --vm \"{found.Settings.Name}\"'.");
                JsonNode described = Describe(host, found);
                await SystemDefinition.DestroyAsync(host, found.Id, cancellation);
                if (parsed.GetValue(disks))
                {
                    foreach (ChainFile file in found.Settings.Disks.SelectMany(d => d.Chain))
                        File.Delete(host.Volumes.ToLocal(file.Path));
                }

                return described.AsObject();
            },
            (result, output) => output.WriteLine($"{result["name"]} is removed from {result["host"]}."));
        return command;
    }

    private static Command Damage()
    {
        Option<string> vm = CommonOptions.Vm();
        Option<int> disk = new("--disk-index") { Description = "Number of the disk, from 0." };
        Command command = new("damage", "Overwrite the tables of a VM's disk image, as a dying disk would.") { vm, disk };
        command.Does(
            (parsed, _) =>
            {
                (LabHost host, VmDocument found) = VmFinder.Find(CommonOptions.Lab(parsed), parsed.GetValue(vm)!, TimeProvider.System);
                string local = host.Volumes.ToLocal(found.Settings.Disks[parsed.GetValue(disk)].Root);
                ImageDamage.Strike(local);
                return Task.FromResult(new JsonObject { ["file"] = local });
            },
            (result, output) => output.WriteLine($"{result["file"]} is damaged."));
        return command;
    }
}
