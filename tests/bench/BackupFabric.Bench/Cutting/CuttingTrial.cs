using System.Buffers;
using System.Runtime.InteropServices;
using BackupFabric.Bench.Measuring;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;

namespace BackupFabric.Bench.Cutting;

/// <summary>One set of rules, taken through the first copy of a disk, its next day by changed ranges, a sibling and a template clone.</summary>
internal sealed class CuttingTrial : IDisposable
{
    private readonly CuttingRules _rules;
    private readonly Cutter _cutter;
    private readonly BlockSet _blocks;
    private readonly IdKey _key = new(new byte[IdKey.Size]);
    private readonly CountedNodes _nodes = new();
    private readonly byte[] _span;
    private readonly List<BlockCut> _cuts = [];
    private readonly List<SpanEntry> _entries = [];
    private BlockId[] _ids = [];
    private Cost _cutting, _hashing;
    private long _bytesRead;

    public CuttingTrial(CuttingRules rules, int sample, int zstdLevel)
    {
        _rules = rules;
        _cutter = new Cutter(rules);
        _blocks = new BlockSet(sample, zstdLevel);
        _span = new byte[rules.SpanBytes];
    }

    public async Task<TrialResult> RunAsync(string data, CancellationToken cancellation)
    {
        var first = await ImportAsync(Path.Combine(data, "vm1-day0.raw"), cancellation);
        var (firstStep, firstMap) = (_blocks.TakeStep(), _nodes.TakeStep());
        var (cutting, hashing, content) = (_cutting, _hashing, _bytesRead);

        _bytesRead = 0;
        await ImportChangesAsync(Path.Combine(data, "vm1-day1.raw"), Path.Combine(data, "vm1-day1.json"), first, cancellation);
        var (dayStep, dayMap, dayRead) = (_blocks.TakeStep(), _nodes.TakeStep(), _bytesRead);

        await ImportAsync(Path.Combine(data, "vm2-day0.raw"), cancellation);
        var siblingStep = _blocks.TakeStep();
        await ImportAsync(Path.Combine(data, "vm3-day0.raw"), cancellation);
        return new(firstStep, firstMap, dayStep, dayMap, dayRead, siblingStep, _blocks.TakeStep(), content / cutting.CpuSeconds, content / hashing.CpuSeconds, _blocks.Count);
    }

    public void Dispose() => _blocks.Dispose();

    private async Task<DiskMapRoot> ImportAsync(string path, CancellationToken cancellation)
    {
        using var image = new DiskImage(path);
        var length = image.Length;
        return await Maps().PatchAsync(null, length, LeavesAsync(), cancellation);

        async IAsyncEnumerable<(long Span, ReadOnlyMemory<byte> Leaf)> LeavesAsync()
        {
            var output = new ArrayBufferWriter<byte>();
            for (var span = 0L; span < _rules.SpansOf(length); span++)
            {
                var plain = _span.AsMemory(0, image.Read(span * _rules.SpanBytes, _span));
                _entries.Clear();
                Cut(plain.Span, _entries);
                output.ResetWrittenCount();
                SpanLeaf.Encode(_entries, output);
                yield return (span, output.WrittenMemory);
            }

            await ValueTask.CompletedTask;
        }
    }

    /// <summary>As an agent does it: changed ranges are widened to the old blocks they touch, read, and cut again between those ends.</summary>
    private async Task ImportChangesAsync(string path, string ranges, DiskMapRoot basis, CancellationToken cancellation)
    {
        using var image = new DiskImage(path);
        await Maps().PatchAsync(basis, image.Length, LeavesAsync(), cancellation);

        async IAsyncEnumerable<(long Span, ReadOnlyMemory<byte> Leaf)> LeavesAsync()
        {
            var output = new ArrayBufferWriter<byte>();
            var old = new List<SpanEntry>();
            foreach (var (span, changed) in ChangedClusters.Read(ranges, _rules))
            {
                var leaf = await Maps().LeafAsync(basis, span, cancellation);
                if (!SpanLeaf.TryDecode(leaf.Span, _rules.ClustersOf(basis.Length, span), old)) throw new InvalidDataException($"The leaf of span {span} does not decode.");
                Patch(image, span, old, changed);
                output.ResetWrittenCount();
                SpanLeaf.Encode(_entries, output);
                yield return (span, output.WrittenMemory);
            }
        }
    }

    private void Patch(DiskImage image, long span, List<SpanEntry> old, List<(int Start, int End)> changed)
    {
        _entries.Clear();
        var (at, next) = (0, 0);
        for (var i = 0; i < old.Count;)
        {
            // Entries that lie side by side and are all touched are read and cut as one region.
            var start = at;
            while (i < old.Count && IsTouched(at, at + old[i].Clusters, changed, ref next)) at += old[i++].Clusters;
            if (at == start)
            {
                _entries.Add(old[i]);
                at += old[i++].Clusters;
                continue;
            }

            Cut(_span.AsSpan(0, image.Read(span * _rules.SpanBytes + (long)start * Cluster.Size, _span.AsSpan(0, (at - start) * Cluster.Size))), _entries);
        }
    }

    private static bool IsTouched(int start, int end, List<(int Start, int End)> changed, ref int next)
    {
        while (next < changed.Count && changed[next].End <= start) next++;
        return next < changed.Count && changed[next].Start < end;
    }

    private void Cut(ReadOnlySpan<byte> plain, List<SpanEntry> entries)
    {
        _cuts.Clear();
        var watch = CostWatch.Start();
        _cutter.Cut(plain, _cuts);
        _cutting += watch.Cost;
        if (_ids.Length < _cuts.Count) _ids = new BlockId[_cuts.Count];
        watch = CostWatch.Start();
        _key.IdsOf(plain, CollectionsMarshal.AsSpan(_cuts), _ids);
        _hashing += watch.Cost;
        for (var i = 0; i < _cuts.Count; i++)
        {
            var cut = _cuts[i];
            entries.Add(new SpanEntry(cut.Length / Cluster.Size, _ids[i]));
            if (cut.IsHole) continue;
            _bytesRead += cut.Length;
            _blocks.Add(_ids[i], plain.Slice(cut.Offset, cut.Length));
        }
    }

    private DiskMap Maps() => new(_nodes, _key, _rules);
}

/// <param name="CutSpeed">Content bytes per processor second.</param>
/// <param name="DayReadBytes">What had to be read for day 1, after widening.</param>
internal sealed record TrialResult(
    StepGrowth First, long FirstMapBytes, StepGrowth Day, long DayMapBytes, long DayReadBytes, StepGrowth Sibling, StepGrowth TemplateClone, double CutSpeed, double HashSpeed, int UniqueBlocks);
