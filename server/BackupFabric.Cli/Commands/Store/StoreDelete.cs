using System.CommandLine;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>`bf store delete DIR POINT`.</summary>
internal static class StoreDelete
{
    private const string Example =
        """
        Example:
          bf store delete /backup/repo 0198f2ab

        A deleted point lies in the trash until 'bf store collect --empty-trash' purges it; until then
        'bf store undelete' brings it back, and its space is not given back.
        """;

    public static Command Create(BfCommand bf)
    {
        var (folder, point) = (StoreFolder.Argument(), PointName.Argument());
        var command = new Command("delete", "Move a recovery point to the trash.") { folder, point };
        bf.Explain(command, Example);
        bf.OnRunUnconnected(command, (parsed, printer, cancellation) => StoreFolder.UseAsync(parsed, folder, async repository =>
        {
            var trashed = await repository.DeletePointAsync(PointName.Find(repository, parsed.GetRequiredValue(point)).PointId, cancellation);
            printer.Result(TrashedPointView.Of(trashed), StoreJson.Wire.TrashedPointView, view => Printer.Line($"Point {Units.Short(view.PointId)} of {view.VmName} is in the trash."));
            return ExitCode.Ok;
        }, cancellation));
        return command;
    }
}
