using BackupFabric.Bench.Measuring;
using BackupFabric.Blocks;

namespace BackupFabric.Bench.Cutting;

/// <summary>The cutting rules compared on a data set; CUTTING.md holds its table.</summary>
internal static class CuttingCommand
{
    private const uint Seed = 1;
    private const double IndexEntryBytes = 4096.0 / 85;
    private const double TiB = 1L << 40;

    /// <summary>Least, average, greatest and span in clusters of 4 KiB.</summary>
    private static readonly (int Least, int Average, int Greatest, int Span)[] Trials =
    [
        (1, 4, 16, 4096), (2, 8, 32, 4096), (4, 16, 64, 4096), (8, 32, 128, 4096),
        (1, 16, 64, 4096), (2, 16, 64, 4096), (8, 16, 64, 4096), (4, 16, 32, 4096), (4, 16, 128, 4096),
        (4, 16, 64, 1024), (4, 16, 64, 16384), (8, 16, 32, 4096), (4, 8, 16, 4096),
    ];

    public static async Task RunAsync(string[] words)
    {
        var arguments = new Arguments(words, "--sample", "--only", "--level", "--json");
        var data = arguments.Single("data set folder");
        var results = new Dictionary<string, TrialResult>();
        var table = new MarkdownTable(
            "least/average/greatest KiB, span MiB", "blocks", "mean KiB", "first copy MB (lz4, zstd)", "day 1 read MB", "day 1 new MB (lz4, zstd)", "sibling new MB (lz4, zstd)", "clone new MB (lz4, zstd)",
            "map KB first, day 1", "index MB, first", "index MB per TiB", "cut, hash MB/CPU s");
        foreach (var (least, average, greatest, span) in Trials)
        {
            var name = $"{least * 4}/{average * 4}/{greatest * 4}, {span / 256}";
            if (arguments.Text("--only") is { } only && only != name) continue;
            using var trial = new CuttingTrial(new CuttingRules(Seed, least, average, greatest, span, ZeroRunClusters: 4), (int)arguments.Number("--sample", 4), (int)arguments.Number("--level", 1));
            var result = await trial.RunAsync(data, CancellationToken.None);
            results.Add(name, result);
            Print(table, name, result);
        }

        JsonReport.Write(arguments.Text("--json"), results);
    }

    private static void Print(MarkdownTable table, string name, TrialResult result)
    {
        var mean = (double)result.First.NewBytes / result.First.NewBlocks;
        table.Row(
            name, result.First.NewBlocks, mean / 1024, Growth(result.First), result.DayReadBytes / 1e6, Growth(result.Day), Growth(result.Sibling), Growth(result.TemplateClone),
            $"{result.FirstMapBytes / 1e3:#,0}, {result.DayMapBytes / 1e3:#,0}", result.First.NewBlocks * IndexEntryBytes / 1e6, TiB / mean * IndexEntryBytes / 1e6,
            $"{result.CutSpeed / 1e6:#,0}, {result.HashSpeed / 1e6:#,0}");
    }

    private static string Growth(StepGrowth step) => $"{step.NewBytes / 1e6:#,0.#} ({step.Lz4Bytes / 1e6:#,0.#}, {step.ZstdBytes / 1e6:#,0.#})";
}
