using System.CommandLine;
using System.Globalization;
using BackupFabric.BlockStore.Collection;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>`bf store collect DIR`.</summary>
internal static class StoreCollect
{
    private const string Example =
        """
        Examples:
          bf store collect /backup/repo --empty-trash
          bf store collect /backup/repo --empty-trash 7d --dry-run

        A point in the trash holds its space until it is purged. May be interrupted at any time: what was done
        stays done, and the next collection goes on. Exit code 9: damage was met; 'bf store verify' tells more.
        """;

    public static Command Create(BfCommand bf)
    {
        var folder = StoreFolder.Argument();
        var dry = new Option<bool>("--dry-run") { Description = "Say what would be given back; change nothing." };
        var trash = new Option<string?>("--empty-trash") { Description = "First purge points that have been in the trash for AGE (7d, 12h, 30m; without it, all of them).", HelpName = "AGE", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("collect", "Give back the space of what no recovery point needs.") { folder, dry, trash };
        bf.Explain(command, Example);
        bf.OnRunUnconnected(command, (parsed, printer, cancellation) =>
        {
            var options = new CollectionOptions(parsed.GetValue(dry), parsed.GetResult(trash) is null ? null : AgeOf(parsed.GetValue(trash)));
            return StoreFolder.UseAsync(parsed, folder, async repository =>
            {
                var report = await StoreProgress.RunAsync<CollectionReport, CollectionProgress>(
                    printer, "collecting", StepOf, progress => repository.CollectAsync(options, progress, cancellation));
                printer.Result(CollectView.Of(report), StoreJson.Wire.CollectView, Print);
                return report.BlocksMissing > 0 || report.Findings.Count > 0 ? ExitCode.Damaged : ExitCode.Ok;
            }, cancellation);
        });
        return command;
    }

    private static StoreStep StepOf(CollectionProgress progress) => progress.Stage switch
    {
        CollectionStage.Marking => new("looking at maps", progress.Done, progress.Total, AreBytes: false),
        CollectionStage.Rewriting => new("moving", progress.Done, progress.Total),
        _ => new("deleting packs", progress.Done, progress.Total, AreBytes: false),
    };

    private static TimeSpan AgeOf(string? text)
    {
        if (string.IsNullOrEmpty(text)) return TimeSpan.Zero;
        var isNumber = double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number <= 36_500;
        return (isNumber, text[^1]) switch
        {
            (true, 'd') => TimeSpan.FromDays(number),
            (true, 'h') => TimeSpan.FromHours(number),
            (true, 'm') => TimeSpan.FromMinutes(number),
            _ => throw new CliProblemException("age-invalid", $"'{text}' is not an age.", "Give a number of days, hours or minutes: 7d, 12h, 30m.", ExitCode.Usage),
        };
    }

    private static void Print(CollectView view)
    {
        var (purged, dropped, rewritten, freed) = view.DryRun ? ("Would purge", "drop", "rewrite", "would be") : ("Purged", "dropped", "rewrote", "are");
        Printer.Line($"{purged} {view.PointsPurged} points, {dropped} {view.PacksDropped} packs, {rewritten} {view.PacksRewritten}.");
        Printer.Line($"{Units.Bytes(view.BytesFreed)} {freed} given back; {Units.Bytes(view.LiveBytes)} are needed, {Units.Bytes(view.DeadBytesLeft)} are dead in packs that stay.");
        if (view.PacksWithoutRoom > 0) Printer.Line($"{view.PacksWithoutRoom} packs could not be rewritten for want of room; collect again.");
        if (view.BlocksMissing > 0) Printer.Line($"  ! {view.BlocksMissing} needed blocks are not stored: 'bf store verify' names the points that are hurt.");
        foreach (var finding in view.Findings) Printer.Line($"  ! {finding.Sentence} {finding.Advice} [{finding.Code}]");
    }
}
