using System.CommandLine;
using BackupFabric.BlockStore;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>`bf store stats DIR`.</summary>
internal static class StoreStats
{
    public static Command Create(BfCommand bf)
    {
        var folder = StoreFolder.Argument();
        var command = new Command("stats", "Say what is in a repository and how large it is.") { folder };
        bf.OnRunUnconnected(command, (parsed, printer, cancellation) => StoreFolder.ReadAsync(parsed, folder, repository =>
        {
            printer.Result(ViewOf(repository), StoreJson.Wire.StatsView, Print);
            return Task.FromResult(ExitCode.Ok);
        }, cancellation));
        return command;
    }

    private static StatsView ViewOf(Repository repository)
    {
        var (usage, points, rules) = (repository.Usage(), repository.Points(), repository.Rules);
        const int cluster = Blocks.Cluster.Size;
        return new(
            repository.Id, usage.Points, points.Select(point => point.VmId).Distinct().Count(), points.Sum(point => point.Disks.Sum(disk => disk.ContentBytes)),
            usage.Blocks, usage.DataPackBytes, usage.MapPackBytes, usage.FreeBytes,
            repository.IsEncrypted, repository.Trash().Count, new(rules.LeastClusters * cluster, rules.AverageClusters * cluster, rules.GreatestBytes, rules.SpanBytes),
            [.. repository.DamagedManifests().Concat(repository.Findings()).Select(StoredNoteView.Of)]);
    }

    private static void Print(StatsView view)
    {
        Printer.Fields(
        [
            ("Repository", view.Id.ToString()),
            ("Recovery points", $"{view.Points} of {view.VirtualMachines} virtual machines, {Units.Bytes(view.ProtectedBytes)} in all"),
            ("In the trash", view.PointsInTrash > 0 ? $"{view.PointsInTrash}" : null),
            ("Encrypted", view.Encrypted ? "yes" : "no"),
            ("Blocks", $"{view.Blocks}"),
            ("Data", Units.Bytes(view.DataPackBytes)),
            ("Maps", Units.Bytes(view.MapPackBytes)),
            ("Free", Units.Bytes(view.FreeBytes)),
            ("Cut into", $"{Units.Bytes(view.Cutting.LeastBytes)} to {Units.Bytes(view.Cutting.GreatestBytes)}, about {Units.Bytes(view.Cutting.AverageBytes)}"),
        ]);
        foreach (var finding in view.Findings) Printer.Line($"  ! {finding.Sentence} {finding.Advice} [{finding.Code}]");
    }
}
