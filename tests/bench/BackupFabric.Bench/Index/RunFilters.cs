using System.Runtime.CompilerServices;
using BackupFabric.Bench.Measuring;
using BackupFabric.Blocks;
using BackupFabric.BlockStore.Index;

namespace BackupFabric.Bench.Index;

/// <summary>
/// What a small filter in front of each run would bring. A blocked Bloom filter: 64 bytes (one cache line) for every 51 entries, ten bits an entry, six bits set within one line.
/// Not in the product; here to be weighed against its memory.
/// </summary>
internal sealed class RunFilters
{
    private const int WordsPerLine = 8;
    private const int EntriesPerLine = 51;
    private const int Probes = 6;

    private readonly ulong[] _words;
    private readonly ulong _lines;

    private RunFilters(IndexRun run)
    {
        _lines = (ulong)(run.Count / EntriesPerLine + 1);
        _words = GC.AllocateArray<ulong>((int)_lines * WordsPerLine, pinned: true);
        foreach (var entry in run.Entries())
        {
            var line = LineOf(entry.Id);
            for (var (probe, bits) = (0, entry.Id.C); probe < Probes; probe++, bits >>= 9) _words[line + (int)(bits >> 6 & 7)] |= 1UL << (int)(bits & 63);
        }
    }

    public static (LookupRate[] Rates, long Bytes, Cost Build) Measure(IndexRuns runs, SyntheticEntries entries, TimeSpan time)
    {
        var watch = CostWatch.Start();
        (IndexRun Run, RunFilters Filter)[] filtered = [.. runs.All.Select(run => (run, new RunFilters(run)))];
        var build = watch.Cost;
        LookupRate[] rates =
        [
            Lookups.Measure("with filters, hits, 1 thread", entries, hits: true, threads: 1, time, Find),
            Lookups.Measure("with filters, misses, 1 thread", entries, hits: false, threads: 1, time, Find),
            Lookups.Measure("with filters, misses, 2 threads", entries, hits: false, threads: 2, time, Find),
        ];
        return (rates, filtered.Sum(one => (long)one.Filter._words.Length * sizeof(ulong)), build);

        bool Find(in BlockId id)
        {
            foreach (var (run, filter) in filtered)
            {
                if (filter.MayHold(id) && run.TryFind(id, out _)) return true;
            }

            return false;
        }
    }

    private bool MayHold(in BlockId id)
    {
        var line = LineOf(id);
        for (var (probe, bits) = (0, id.C); probe < Probes; probe++, bits >>= 9)
        {
            if ((_words[line + (int)(bits >> 6 & 7)] >> (int)(bits & 63) & 1) == 0) return false;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int LineOf(in BlockId id) => (int)Math.BigMul(id.B, _lines, out _) * WordsPerLine;
}
