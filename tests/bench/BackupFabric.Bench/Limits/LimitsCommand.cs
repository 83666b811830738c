using BackupFabric.Bench.Cutting;
using BackupFabric.Bench.Measuring;
using BackupFabric.Blocks;

namespace BackupFabric.Bench.Limits;

/// <summary>
/// What this machine can do at best with this disk's content: each kernel alone, in memory, on one thread and on all processors. A stopwatch, a warm-up and the
/// median of repetitions serve better than a micro-benchmark library here: the input is hundreds of megabytes of real blocks, and processor seconds of all threads are wanted.
/// </summary>
internal static class LimitsCommand
{
    public static void Run(ReadOnlySpan<string> words)
    {
        var arguments = new Arguments(words, "--megabytes", "--repeat", "--json");
        var rules = CuttingRules.Default(seed: 1);
        var sample = BlockSample.Read(arguments.Single("disk image"), (int)arguments.Number("--megabytes", 512), rules);
        var table = new MarkdownTable("kernel", "one thread MB/s", $"{Environment.ProcessorCount} threads MB/s", "MB per CPU s", "spread");
        var results = new List<KernelResult>();
        foreach (var kernel in Kernels.Of(rules))
        {
            var result = Measure(kernel, sample, (int)arguments.Number("--repeat", 5));
            results.Add(result);
            table.Row(result.Name, result.OneThread / 1e6, result.AllProcessors / 1e6, result.PerCpuSecond / 1e6, $"{result.Spread:P0}");
        }

        Console.WriteLine();
        var content = ContentOf(sample.Path, rules);
        Console.WriteLine($"The disk holds {content / 1e6:#,0} MB of content.");
        JsonReport.Write(arguments.Text("--json"), new LimitsReport(content, results));
    }

    private static KernelResult Measure(Kernel kernel, BlockSample sample, int repeat)
    {
        var one = new[] { kernel.NewWorker() };
        var all = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => kernel.NewWorker()).ToArray();
        var (alone, together) = (new List<(long Bytes, Cost Cost)>(), new List<(long Bytes, Cost Cost)>());
        for (var i = -2; i < repeat; i++)
        {
            // Taken in turns, so that a busy moment of the machine hits both. The first two turns are the warm-up.
            var (a, t) = (Timed(one, sample), Timed(all, sample));
            if (i < 0) continue;
            alone.Add(a);
            together.Add(t);
        }

        double[] rates = [.. alone.Select(run => run.Bytes / run.Cost.Seconds).Order()];
        return new(kernel.Name, Median(rates), Median(together.Select(run => run.Bytes / run.Cost.Seconds)), Median(together.Select(run => run.Bytes / run.Cost.CpuSeconds)), (rates[^1] - rates[0]) / Median(rates));
    }

    private static (long Bytes, Cost Cost) Timed(KernelWorker[] workers, BlockSample sample)
    {
        var bytes = 0L;
        var blocks = sample.Blocks.Count;
        var watch = CostWatch.Start();
        var threads = workers.Select((worker, i) => new Thread(() => Interlocked.Add(ref bytes, worker(sample, (int)((long)blocks * i / workers.Length), (int)((long)blocks * (i + 1) / workers.Length))))).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        return (bytes, watch.Cost);
    }

    /// <summary>Bytes that are in blocks, of the whole disk: what a first copy hashes and compresses at most.</summary>
    private static long ContentOf(string path, CuttingRules rules)
    {
        using var image = new DiskImage(path);
        var (cutter, cuts, buffer, bytes) = (new Cutter(rules), new List<BlockCut>(), new byte[rules.SpanBytes], 0L);
        for (var span = 0L; span < rules.SpansOf(image.Length); span++)
        {
            cuts.Clear();
            cutter.Cut(buffer.AsSpan(0, image.Read(span * rules.SpanBytes, buffer)), cuts);
            bytes += cuts.Sum(cut => cut.IsHole ? 0L : cut.Length);
        }

        return bytes;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}

internal sealed record LimitsReport(long ContentBytes, IReadOnlyList<KernelResult> Kernels);
