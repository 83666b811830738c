using System.Diagnostics;
using BackupFabric.Bench.Measuring;
using BackupFabric.BlockStore;
using BackupFabric.BlockStore.Index;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.Bench.Index;

/// <summary>An index of many entries, made and merged by the store's own code, then opened and asked.</summary>
internal static class IndexCommand
{
    private const long EntriesPerTiB = (1L << 40) / (64 << 10);
    private static readonly Guid Repository = new("6a3c2d4e-0000-4000-8000-00000000b347");

    /// <summary>Builds in this process and measures in another one, so that the memory which building took is not counted with what an open index takes.</summary>
    public static async Task RunAsync(string[] words)
    {
        var arguments = new Arguments(words, "--entries", "--seconds", "--json", "--built");
        var folder = Path.Combine(arguments.Single("empty folder"), "index-bench");
        var entries = new SyntheticEntries(arguments.Number("--entries", 100_000_000), new StoreTuning().RunEntriesMin);
        if (arguments.Text("--built") is not null)
        {
            var result = await MeasureAsync(folder, entries, TimeSpan.FromSeconds(arguments.Number("--seconds", 5)));
            Print(result);
            JsonReport.Write(arguments.Text("--json"), result);
            return;
        }

        if (Directory.Exists(folder)) throw new IOException($"'{folder}' exists already; another measurement may be using it. Delete it, or name another folder.");
        try
        {
            var built = await BuildAsync(folder, entries);
            Console.WriteLine($"built and merged in {built.Seconds:F0} s, {built.CpuSeconds:F0} CPU s");
            using var measuring = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["index", .. words, "--built", "yes"])) ?? throw new IOException("The measuring process did not start.");
            await measuring.WaitForExitAsync();
            if (measuring.ExitCode != 0) throw new IOException($"The measuring process ended with exit code {measuring.ExitCode}.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Cost> BuildAsync(string folder, SyntheticEntries entries)
    {
        var watch = CostWatch.Start();
        await using var volume = new LocalVolume(folder);
        await using var runs = new IndexRuns(volume, Repository, PackKind.Data, fence: 1, new StoreTuning().RunEntriesMin);
        for (var run = 0; run < entries.Runs; run++) await runs.AddAsync(entries.EntriesOf(run), entries.PacksOf(run));
        return watch.Cost;
    }

    private static async Task<IndexResult> MeasureAsync(string folder, SyntheticEntries entries, TimeSpan time)
    {
        var bytes = Directory.EnumerateFiles(Path.Combine(folder, IndexRuns.Folder)).Sum(file => new FileInfo(file).Length);
        var packs = Enumerable.Range(0, entries.Runs).SelectMany(entries.PacksOf).ToDictionary(pack => pack.Number, pack => pack.Length);
        var before = ResidentMemory.Bytes();
        await using var volume = new LocalVolume(folder);
        await using var runs = new IndexRuns(volume, Repository, PackKind.Data, fence: 2, new StoreTuning().RunEntriesMin);
        var watch = CostWatch.Start();
        await runs.OpenAsync(packs, CancellationToken.None);
        var opening = watch.Cost;
        var opened = ResidentMemory.Bytes() - before;

        var cold = new List<LookupRate>();
        if (PageCache.TryForget(Path.Combine(folder, IndexRuns.Folder))) cold.Add(Lookups.Measure("cold, hits, 1 thread", runs, entries, hits: true, threads: 1, time));
        if (PageCache.TryForget(Path.Combine(folder, IndexRuns.Folder))) cold.Add(Lookups.Measure("cold, misses, 1 thread", runs, entries, hits: false, threads: 1, time));
        Warm(Path.Combine(folder, IndexRuns.Folder));
        var lookups = new[]
        {
            Lookups.Measure("hits, 1 thread", runs, entries, hits: true, threads: 1, time),
            Lookups.Measure("hits, 2 threads", runs, entries, hits: true, threads: 2, time),
            Lookups.Measure("misses, 1 thread", runs, entries, hits: false, threads: 1, time),
            Lookups.Measure("misses, 2 threads", runs, entries, hits: false, threads: 2, time),
        };
        var after = ResidentMemory.Bytes() - before;
        var filters = RunFilters.Measure(runs, entries, time);
        return new(runs.Count, runs.All.Length, [.. runs.All.Select(run => run.Count)], bytes, opening, opened, after, EntriesPerTiB, [.. cold, .. lookups, .. filters.Rates], filters.Bytes, filters.Build);
    }

    private static void Warm(string folder)
    {
        var buffer = new byte[1 << 20];
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            using var file = File.OpenRead(path);
            while (file.Read(buffer) > 0) { }
        }
    }

    private static void Print(IndexResult result)
    {
        var perTiB = (double)EntriesPerTiB / result.Entries;
        var table = new MarkdownTable("index", "measured", "per TiB of unique data in blocks of 64 KiB");
        table.Row("entries", result.Entries, EntriesPerTiB);
        table.Row("runs", $"{result.Runs} ({string.Join(", ", result.RunEntries)})", "");
        table.Row("files, MB", result.FileBytes / 1e6, result.FileBytes / 1e6 * perTiB);
        table.Row("opening, s (cached)", result.Opening.Seconds, "");
        table.Row("resident after opening, MiB", result.ResidentAfterOpening / 1048576.0, result.ResidentAfterOpening / 1048576.0 * perTiB);
        table.Row("resident after look-ups, MiB", result.ResidentAfterLookups / 1048576.0, result.ResidentAfterLookups / 1048576.0 * perTiB);
        table.Row("filters (not in the product): MiB, s to build", $"{result.FilterBytes / 1048576.0:F0}, {result.FilterBuild.Seconds:F0}", result.FilterBytes / 1048576.0 * perTiB);
        Console.WriteLine();
        var rates = new MarkdownTable("look-ups", "per second", "microseconds each");
        foreach (var rate in result.Lookups) rates.Row(rate.Name, rate.PerSecond, rate.Threads * 1e6 / rate.PerSecond);
    }
}

internal sealed record IndexResult(
    long Entries, int Runs, long[] RunEntries, long FileBytes, Cost Opening, long ResidentAfterOpening, long ResidentAfterLookups, long EntriesPerTiB, LookupRate[] Lookups, long FilterBytes, Cost FilterBuild);
