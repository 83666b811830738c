using System.CommandLine;
using BackupFabric.BlockStore.Export;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>`bf store diff DIR P1 P2`.</summary>
internal static class StoreDiff
{
    private const string Example =
        """
        Example:
          bf store diff /backup/repo 0198f2ab latest:web-01 > ranges.json

        Ranges are told in whole blocks. Only the maps are read, and of them only what differs.
        """;

    public static Command Create(BfCommand bf)
    {
        var (folder, before, after) = (StoreFolder.Argument(), PointName.Argument("before"), PointName.Argument("after"));
        var disk = new Option<string?>("--disk") { Description = "Which disk, when the points have several.", HelpName = "KEY" };
        var command = new Command("diff", "Print what changed on a disk from one point to another, as 'import --changed' takes it.") { folder, before, after, disk };
        bf.Explain(command, Example);
        bf.OnRunUnconnected(command, (parsed, _, cancellation) => StoreFolder.ReadAsync(parsed, folder, async repository =>
        {
            var key = parsed.GetValue(disk);
            var (from, to) = (PointName.Find(repository, parsed.GetRequiredValue(before)), PointName.Find(repository, parsed.GetRequiredValue(after)));
            var ranges = new DiskComparison(repository).RangesAsync(PointName.DiskOf(from, key).Root, PointName.DiskOf(to, key).Root, cancellation);
            await PrintAsync(ranges, cancellation);
            return ExitCode.Ok;
        }, cancellation));
        return command;
    }

    /// <summary>As they are found: two points of a large disk may differ in very many places.</summary>
    private static async Task PrintAsync(IAsyncEnumerable<Blocks.Spans.ByteRange> ranges, CancellationToken cancellation)
    {
        await using var output = new StreamWriter(Console.OpenStandardOutput());
        var separator = "[";
        await foreach (var range in ranges.WithCancellation(cancellation))
        {
            await output.WriteAsync($"{separator}{{\"offset\":{range.Offset},\"length\":{range.Length}}}");
            separator = ",\n";
        }

        await output.WriteLineAsync(separator == "[" ? "[]" : "]");
    }
}
