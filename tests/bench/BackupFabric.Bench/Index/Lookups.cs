using BackupFabric.Bench.Measuring;
using BackupFabric.Blocks;
using BackupFabric.BlockStore.Index;

namespace BackupFabric.Bench.Index;

/// <summary>Random look-ups for a while, as the store does them: run after run, the latest first. Every answer is checked.</summary>
internal static class Lookups
{
    private const int Batch = 256;

    public static LookupRate Measure(string name, IndexRuns runs, SyntheticEntries entries, bool hits, int threads, TimeSpan time) =>
        Measure(name, entries, hits, threads, time, (in id) => Find(runs, id));

    public static LookupRate Measure(string name, SyntheticEntries entries, bool hits, int threads, TimeSpan time, LookupFunction find)
    {
        var (count, wrong) = (0L, 0L);
        var watch = CostWatch.Start();
        var workers = Enumerable.Range(0, threads).Select(worker => new Thread(() => Work((ulong)(worker + 1) << 40))).ToArray();
        foreach (var worker in workers) worker.Start();
        foreach (var worker in workers) worker.Join();
        return wrong == 0 ? new(name, threads, count / watch.Cost.Seconds) : throw new InvalidDataException($"{wrong} of {count} look-ups were answered wrongly ({name}).");

        void Work(ulong seed)
        {
            for (var number = seed; watch.Cost.Seconds < time.TotalSeconds; number += Batch)
            {
                for (var i = 0ul; i < Batch; i++)
                {
                    if (find(IdOf(number + i)) != hits) Interlocked.Increment(ref wrong);
                }

                Interlocked.Add(ref count, Batch);
            }
        }

        BlockId IdOf(ulong number)
        {
            if (!hits) return SyntheticEntries.Stranger(number);
            var chance = SyntheticEntries.Mix(number);
            var run = (int)(chance % (ulong)entries.Runs);
            return entries.IdOf(run, (int)((chance >> 32) % (ulong)entries.CountOf(run)));
        }
    }

    private static bool Find(IndexRuns runs, in BlockId id)
    {
        foreach (var run in runs.All)
        {
            if (run.TryFind(id, out _)) return true;
        }

        return false;
    }
}

internal delegate bool LookupFunction(in BlockId id);

internal sealed record LookupRate(string Name, int Threads, double PerSecond);
