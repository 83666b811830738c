using System.CommandLine;
using BackupFabric.Cli.Connection;
using BackupFabric.Cli.Output;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Commands;

/// <summary>`bf point`: recovery points.</summary>
internal static class PointCommands
{
    public static Command Create(BfCommand bf) => new("point", "Recovery points.") { List(bf), Show(bf) };

    private static Command List(BfCommand bf)
    {
        var vm = new Option<string?>("--vm") { Description = "Only of this VM: name or id.", HelpName = "VM" };
        var command = new Command("list", "List recovery points, newest first.") { vm };
        bf.OnRun(command, async (parsed, server, printer, cancellation) =>
        {
            var of = parsed.GetValue(vm);
            var points = await server.GetAsync<List<PointView>>(Routes.Points + (of is null ? "" : "?vm=" + Uri.EscapeDataString(of)), cancellation);
            printer.List(points, of is null ? "No recovery points yet. 'bf backup VM' makes one; 'bf vm list' shows the virtual machines."
                    : $"No recovery points of '{PlainText.Of(of)}' yet. 'bf backup' makes one.",
                [new("Point"), new("VM", MayShrink: true), new("Taken"), new("Consistency"), new("Size", Right: true), new("New", Right: true), new("From host", MayShrink: true)],
                p => [Units.Short(p.Id), p.VmName, Units.Minute(p.TakenAt), p.Consistency, Units.Bytes(p.DiskBytes), Units.Bytes(p.NewBytes), p.SourceHost]);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Show(BfCommand bf)
    {
        var point = new Argument<string>("point") { Description = "Id or its beginning." };
        var command = new Command("show", "Show one recovery point.") { point };
        bf.OnRun(command, async (parsed, server, printer, cancellation) =>
        {
            var view = await server.GetAsync<PointView>(ServerClient.Path(Routes.Point, parsed.GetRequiredValue(point)), cancellation);
            printer.Result(view, Print);
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Print(PointView point)
    {
        Printer.Fields(
        [
            ("Point", point.Id.ToString("N")),
            ("VM", $"{point.VmName} ({point.VmId})"),
            ("Taken", Units.Time(point.TakenAt)),
            ("Consistency", point.Consistency),
            ("From host", point.SourceHost),
            ("Size", $"{Units.Bytes(point.DiskBytes)}, of it new in the repository {Units.Bytes(point.NewBytes)}"),
        ]);
        foreach (var disk in point.Disks) Printer.Line($"  {disk.Location,-10} {Units.Bytes(disk.Length),10}  {disk.FileName}");
        Printer.Warnings(point.Warnings);
    }
}
