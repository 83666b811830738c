using System.CommandLine;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>`bf store show DIR POINT`.</summary>
internal static class StoreShow
{
    public static Command Create(BfCommand bf)
    {
        var folder = StoreFolder.Argument();
        var point = PointName.Argument();
        var command = new Command("show", "Show one recovery point.") { folder, point };
        bf.OnRunUnconnected(command, (parsed, printer, cancellation) => StoreFolder.ReadAsync(parsed, folder, repository =>
        {
            var found = PointName.Find(repository, parsed.GetRequiredValue(point));
            printer.Result(StoredPointView.Of(found), StoreJson.Wire.StoredPointView, Print);
            return Task.FromResult(ExitCode.Ok);
        }, cancellation));
        return command;
    }

    private static void Print(StoredPointView point)
    {
        Printer.Fields(
        [
            ("Point", point.PointId.ToString("N")),
            ("VM", $"{point.VmName} ({point.VmId})"),
            ("Taken", Units.Time(point.TakenAt)),
            ("Consistency", point.Consistency),
            ("From host", point.SourceHost),
            ("Size", $"{Units.Bytes(point.DiskBytes)}, of it new in the repository {Units.Bytes(point.NewBytes)}"),
        ]);
        foreach (var disk in point.Disks) Printer.Line($"  {disk.DiskKey,-10} {Units.Bytes(disk.Length),10}, {Units.Bytes(disk.ContentBytes),10} in use  {disk.Path}");
        foreach (var note in point.Warnings) Printer.Line($"  ! {note.Sentence} {note.Advice} [{note.Code}]");
    }
}
