using System.CommandLine;
using BackupFabric.BlockStore;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Retention;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>`bf store prune DIR --keep-last N`.</summary>
internal static class StorePrune
{
    private const int CountMax = 100_000;

    private const string Example =
        """
        Examples:
          bf store prune /backup/repo --keep-last 3 --dry-run
          bf store prune /backup/repo --keep-daily 7 --keep-weekly 4 --keep-monthly 12 --vm web-01

        Of each virtual machine a point is kept that any of the rules keeps, and always the last one.
        The others go to the trash; 'bf store collect --empty-trash' gives their space back. Days are UTC's.
        """;

    public static Command Create(BfCommand bf)
    {
        var folder = StoreFolder.Argument();
        var (last, daily, weekly) = (Keep("last", "last points"), Keep("daily", "days' last points"), Keep("weekly", "weeks' last points"));
        var (monthly, yearly) = (Keep("monthly", "months' last points"), Keep("yearly", "years' last points"));
        var vm = new Option<string?>("--vm") { Description = "Only of this VM: name or id.", HelpName = "VM" };
        var dry = new Option<bool>("--dry-run") { Description = "Say what would go and why the rest stays; change nothing." };
        var command = new Command("prune", "Move the recovery points that no rule keeps to the trash.") { folder, last, daily, weekly, monthly, yearly, vm, dry };
        bf.Explain(command, Example);
        bf.OnRunUnconnected(command, (parsed, printer, cancellation) =>
        {
            var rule = new RetentionRule(parsed.GetValue(last), parsed.GetValue(daily), parsed.GetValue(weekly), parsed.GetValue(monthly), parsed.GetValue(yearly));
            if (!rule.KeepsAny) throw new CliProblemException("rule-needed", "No rule says what to keep.", "Give at least one, like --keep-last 10.", ExitCode.Usage);
            return StoreFolder.UseAsync(parsed, folder, async repository =>
            {
                var verdicts = RetentionDecision.For(PointsOf(repository, parsed.GetValue(vm)), rule, TimeZoneInfo.Utc);
                if (!parsed.GetValue(dry)) await ApplyAsync(repository, verdicts, cancellation);
                Print(printer, new(parsed.GetValue(dry), [.. verdicts.Select(VerdictView.Of)]));
                return ExitCode.Ok;
            }, cancellation);
        });
        return command;
    }

    private static Option<int> Keep(string name, string what) => new Option<int>($"--keep-{name}") { Description = $"Keep so many {what}." }.Within(1, CountMax);

    private static List<Manifest> PointsOf(Repository repository, string? vm)
    {
        var points = repository.Points().Where(point => vm is null || PointName.IsOf(point, vm)).ToList();
        // A name with a fault in it must not look like a repository that is pruned already.
        return points.Count > 0 || vm is null ? points
            : throw new CliProblemException("point-missing", $"There is no recovery point of '{vm}'.", "'bf store list' shows the virtual machines.", ExitCode.NotFound);
    }

    private static async Task ApplyAsync(Repository repository, IEnumerable<RetentionVerdict> verdicts, CancellationToken cancellation)
    {
        // Oldest first: interrupted anywhere, what is left is what a shorter run would have left.
        foreach (var verdict in verdicts.Where(verdict => !verdict.IsKept).OrderBy(verdict => verdict.Point.TakenAt)) await repository.DeletePointAsync(verdict.Point.PointId, cancellation);
    }

    private static void Print(Printer printer, PruneView view) => printer.Result(view, StoreJson.Wire.PruneView, all =>
    {
        if (all.Points.Count == 0) printer.Note("No recovery points yet.");
        foreach (var verdict in all.Points)
            Printer.Line($"{Units.Short(verdict.PointId)}  {Units.Minute(verdict.TakenAt)}  {verdict.VmName}  {(verdict.Kept ? "stays: " + string.Join(", ", verdict.Because) : all.DryRun ? "would go" : "to the trash")}");
    });
}
