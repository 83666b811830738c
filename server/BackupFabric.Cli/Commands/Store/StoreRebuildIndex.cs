using System.CommandLine;
using BackupFabric.BlockStore.Verification;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>`bf store rebuild-index DIR`.</summary>
internal static class StoreRebuildIndex
{
    private const string Example =
        """
        Example:
          bf store rebuild-index /backup/repo

        The index only says where blocks lie; it is made anew from the packs' tables, or from the records
        of packs whose tables are damaged. Nothing is lost by that. 'bf store verify' says when it is needed.
        """;

    public static Command Create(BfCommand bf)
    {
        var folder = StoreFolder.Argument();
        var command = new Command("rebuild-index", "Make the index anew from the packs.") { folder };
        bf.Explain(command, Example);
        bf.OnRunUnconnected(command, (parsed, printer, cancellation) => StoreFolder.UseAsync(parsed, folder, async repository =>
        {
            var report = await StoreProgress.RunAsync<IndexRebuildReport, IndexRebuildProgress>(
                printer, "indexing", p => new("indexing", p.PacksDone, p.PacksTotal, AreBytes: false), progress => repository.RebuildIndexAsync(progress, cancellation));
            printer.Result(RebuildView.Of(report), StoreJson.Wire.RebuildView, Print);
            return report.Findings.Count > 0 ? ExitCode.Damaged : ExitCode.Ok;
        }, cancellation));
        return command;
    }

    private static void Print(RebuildView view)
    {
        Printer.Line($"{view.Entries} records of {view.Packs} packs; {view.Scanned} packs were scanned.");
        foreach (var finding in view.Findings) Printer.Line($"  ! {finding.Sentence} {finding.Advice} [{finding.Code}]");
    }
}
