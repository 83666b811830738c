using System.CommandLine;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>`bf store undelete DIR POINT`.</summary>
internal static class StoreUndelete
{
    private const string Example =
        """
        Example:
          bf store list /backup/repo --trash
          bf store undelete /backup/repo 0198f2ab

        POINT is an id or its beginning, 'latest' (the one deleted last), or 'latest:VM'.
        """;

    public static Command Create(BfCommand bf)
    {
        var folder = StoreFolder.Argument();
        var point = new Argument<string>("point") { Description = "Id or its beginning; 'bf store list --trash' shows what is in the trash." };
        var command = new Command("undelete", "Bring a recovery point back from the trash.") { folder, point };
        bf.Explain(command, Example);
        bf.OnRunUnconnected(command, (parsed, printer, cancellation) => StoreFolder.UseAsync(parsed, folder, async repository =>
        {
            var trashed = PointName.FindTrashed(repository, parsed.GetRequiredValue(point));
            var back = await repository.UndeletePointAsync(trashed.PointId, cancellation);
            printer.Result(StoredPointView.Of(back), StoreJson.Wire.StoredPointView, view => Printer.Line($"Point {Units.Short(view.PointId)} of {view.VmName} is back."));
            return ExitCode.Ok;
        }, cancellation));
        return command;
    }
}
