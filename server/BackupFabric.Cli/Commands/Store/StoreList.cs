using System.CommandLine;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>`bf store list DIR`.</summary>
internal static class StoreList
{
    public static Command Create(BfCommand bf)
    {
        var folder = StoreFolder.Argument();
        var vm = new Option<string?>("--vm") { Description = "Only of this VM: name or id.", HelpName = "VM" };
        var command = new Command("list", "List recovery points, newest first.") { folder, vm };
        bf.OnRunUnconnected(command, (parsed, printer, cancellation) => StoreFolder.UseAsync(parsed, folder, repository =>
        {
            var of = parsed.GetValue(vm);
            var points = repository.Points().Where(point => of is null || PointName.IsOf(point, of)).Reverse().Select(StoredPointView.Of).ToList();
            printer.List(points, StoreJson.Wire.ListStoredPointView,
                of is null ? "No recovery points yet. 'bf store import' makes one." : $"No recovery points of '{PlainText.Of(of)}'.",
                [new("Point"), new("VM", MayShrink: true), new("Taken"), new("Size", Right: true), new("New", Right: true), new("Disks", MayShrink: true)],
                p => [Units.Short(p.PointId), p.VmName, Units.Minute(p.TakenAt), Units.Bytes(p.DiskBytes), Units.Bytes(p.NewBytes), string.Join(' ', p.Disks.Select(d => d.DiskKey))]);
            foreach (var damaged in repository.DamagedManifests()) printer.Note($"! {PlainText.Of(damaged.Message)} {PlainText.Of(damaged.Advice)} [{damaged.Code}]");
            return Task.FromResult(ExitCode.Ok);
        }, cancellation));
        return command;
    }
}
