using System.CommandLine;
using BackupFabric.Cli.Connection;
using BackupFabric.Cli.Output;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Commands;

/// <summary>`bf vm`: virtual machines on all hosts.</summary>
internal static class VmCommands
{
    public static Command Create(BfCommand bf) => new("vm", "Virtual machines on all hosts.") { List(bf), Show(bf) };

    private static Command List(BfCommand bf)
    {
        var command = new Command("list", "List all virtual machines.");
        bf.OnRun(command, async (_, server, printer, cancellation) =>
        {
            var vms = await server.GetAsync<List<VmView>>(Routes.Vms, cancellation);
            printer.List(vms, "No virtual machines yet. They appear when a host with an agent reports them; 'bf host list' shows the hosts.",
                [new("VM", MayShrink: true), new("State"), new("Host", MayShrink: true), new("Disks", Right: true), new("Size", Right: true),
                    new("Points", Right: true), new("Last point"), new("Id")],
                v => [v.Name, v.State, v.HostName ?? "-", $"{v.Disks.Count}", Units.Bytes(v.Disks.Sum(d => d.Length)),
                    $"{v.RecoveryPoints}", v.LastPointAt is null ? "never" : Units.Minute(v.LastPointAt), $"{v.Id}"]);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Show(BfCommand bf)
    {
        var vm = new Argument<string>("vm") { Description = "Name or id." };
        var command = new Command("show", "Show one virtual machine.") { vm };
        bf.OnRun(command, async (parsed, server, printer, cancellation) =>
        {
            var view = await server.GetAsync<VmView>(ServerClient.Path(Routes.Vm, parsed.GetRequiredValue(vm)), cancellation);
            printer.Result(view, Print);
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Print(VmView vm)
    {
        Printer.Fields(
        [
            ("VM", vm.Name),
            ("Id", vm.Id.ToString()),
            ("State", vm.State),
            ("Host", vm.HostName ?? "none reports it"),
            ("Generation", $"{vm.Generation}, configuration {vm.ConfigurationVersion}"),
            ("Guest", vm.GuestOs),
            ("Hyper-V Replica", vm.ReplicaRole is "none" ? null : vm.ReplicaRole),
            ("Recovery points", $"{vm.RecoveryPoints}"),
            ("Last point", vm.LastPointAt is null ? "never" : Units.Time(vm.LastPointAt)),
        ]);
        foreach (var disk in vm.Disks) Printer.Line($"  {disk.Location,-10} {Units.Bytes(disk.Length),10}  {disk.Protection,-11} {disk.Path}");
        foreach (var warning in vm.Warnings) Printer.Line($"  ! {warning}");
    }
}
