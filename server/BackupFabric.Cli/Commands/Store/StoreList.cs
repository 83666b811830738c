using System.CommandLine;
using BackupFabric.BlockStore;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>`bf store list DIR`.</summary>
internal static class StoreList
{
    private const string Example =
        """
        Examples:
          bf store list /backup/repo --vm web-01
          bf store list /backup/repo --trash
        """;

    public static Command Create(BfCommand bf)
    {
        var folder = StoreFolder.Argument();
        var vm = new Option<string?>("--vm") { Description = "Only of this VM: name or id.", HelpName = "VM" };
        var trash = new Option<bool>("--trash") { Description = "List what is in the trash, what was deleted last first." };
        var command = new Command("list", "List recovery points, newest first.") { folder, vm, trash };
        bf.Explain(command, Example);
        bf.OnRunUnconnected(command, (parsed, printer, cancellation) => StoreFolder.ReadAsync(parsed, folder, repository =>
        {
            if (parsed.GetValue(trash)) PrintTrash(printer, repository, parsed.GetValue(vm));
            else PrintPoints(printer, repository, parsed.GetValue(vm));
            foreach (var damaged in repository.DamagedManifests()) printer.Note($"! {PlainText.Of(damaged.Message)} {PlainText.Of(damaged.Advice)} [{damaged.Code}]");
            return Task.FromResult(ExitCode.Ok);
        }, cancellation));
        return command;
    }

    private static void PrintPoints(Printer printer, Repository repository, string? of) => printer.List(
        [.. repository.Points().Where(point => of is null || PointName.IsOf(point, of)).Reverse().Select(StoredPointView.Of)], StoreJson.Wire.ListStoredPointView,
        of is null ? "No recovery points yet. 'bf store import' makes one." : $"No recovery points of '{PlainText.Of(of)}'.",
        [new("Point"), new("VM", MayShrink: true), new("Taken"), new("Size", Right: true), new("New", Right: true), new("Disks", MayShrink: true)],
        p => [Units.Short(p.PointId), p.VmName, Units.Minute(p.TakenAt), Units.Bytes(p.DiskBytes), Units.Bytes(p.NewBytes), string.Join(' ', p.Disks.Select(d => d.DiskKey))]);

    private static void PrintTrash(Printer printer, Repository repository, string? of) => printer.List(
        [.. repository.Trash().Where(trashed => of is null || PointName.IsOf(trashed.Point, of)).Reverse().Select(TrashedPointView.Of)], StoreJson.Wire.ListTrashedPointView,
        of is null ? "The trash is empty." : $"No recovery points of '{PlainText.Of(of)}' are in the trash.",
        [new("Point"), new("VM", MayShrink: true), new("Taken"), new("Deleted")],
        p => [Units.Short(p.PointId), p.VmName, Units.Minute(p.TakenAt), p.DeletedAt is null ? "unknown" : Units.Minute(p.DeletedAt)]);
}
