using System.Runtime.CompilerServices;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.Blocks.Spans;
using BackupFabric.BlockStore.Points;

namespace BackupFabric.BlockStore.Import;

/// <summary>Which spans are read, and how much of each: all that is allocated, or what changed since a base.</summary>
internal sealed class ImportPlan(Repository repository, ISourceDisk source, ManifestDisk? basis, IReadOnlyList<ByteRange> changed)
{
    private readonly CuttingRules _rules = repository.Rules;

    /// <summary>The base; null when everything is read.</summary>
    public ManifestDisk? Basis => basis;

    /// <summary>A base counts only with a list of changes. A disk that shrank was converted or replaced: its old map says nothing.</summary>
    public static ImportPlan For(Repository repository, ISourceDisk source, ManifestDisk? basis, IReadOnlyList<ByteRange>? changed) =>
        basis is null || changed is null || basis.Root.Length > source.Length
            ? new(repository, source, null, [])
            : new(repository, source, basis, ChangedRanges.Normalized(changed, source.Length));

    public IAsyncEnumerable<SpanPlan> SpansAsync(CancellationToken cancellation) => basis is null ? AllAsync(cancellation) : ChangedAsync(basis, cancellation);

    /// <summary>Bytes to be read, about: before ranges are widened to blocks.</summary>
    public async Task<long> BytesAsync(CancellationToken cancellation)
    {
        var bytes = 0L;
        await foreach (var range in WorkAsync(cancellation)) bytes += range.Length;
        return bytes;
    }

    private async IAsyncEnumerable<SpanPlan> AllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var (span, ranges) in SpanSchedule.TouchedAsync(WorkAsync(cancellation), _rules, cancellation))
            yield return SpanSchedule.Full(span, ranges, source.Length, _rules);
    }

    private async IAsyncEnumerable<SpanPlan> ChangedAsync(ManifestDisk of, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var (span, ranges) in SpanSchedule.TouchedAsync(WorkAsync(cancellation), _rules, cancellation))
        {
            var old = await OldAsync(of, span, cancellation);
            yield return SpanSchedule.Changed(span, WithLacking(ranges, old, span), old, of.Root.Length, source.Length, _rules);
        }
    }

    /// <summary>Old blocks that are not stored any more, or were found damaged, are read again: the new leaf would name them.</summary>
    private List<ByteRange> WithLacking(List<ByteRange> ranges, List<SpanEntry> old, long span)
    {
        var (offset, known) = (span * _rules.SpanBytes, ranges.Count);
        foreach (var entry in old)
        {
            var length = (long)entry.Clusters * Cluster.Size;
            if (!entry.IsHole && !repository.Contains(entry.Id)) ranges.Add(new(offset, Math.Min(length, source.Length - offset)));
            offset += length;
        }

        return ranges.Count == known ? ranges : ChangedRanges.Normalized(ranges, source.Length);
    }

    private async ValueTask<List<SpanEntry>> OldAsync(ManifestDisk of, long span, CancellationToken cancellation)
    {
        var entries = new List<SpanEntry>();
        if (span >= _rules.SpansOf(of.Root.Length)) return entries;
        var leaf = await repository.Maps.LeafAsync(of.Root, span, cancellation);
        return SpanLeaf.TryDecode(leaf.Span, _rules.ClustersOf(of.Root.Length, span), entries) ? entries : throw RepositoryErrors.LeafMalformed(span);
    }

    private IAsyncEnumerable<ByteRange> WorkAsync(CancellationToken cancellation) =>
        basis is null ? source.AllocatedAsync(cancellation) : basis.Root.Length == source.Length ? changed.ToAsyncEnumerable() : WithTailAsync(basis.Root.Length, cancellation);

    /// <summary>Of a disk that grew, all that is allocated beyond the old end; its first byte counts always, so that the old last span is described at its new length.</summary>
    private async IAsyncEnumerable<ByteRange> WithTailAsync(long oldLength, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var work = new List<ByteRange>(changed) { new(oldLength, 1) };
        await foreach (var range in source.AllocatedAsync(cancellation))
        {
            var start = Math.Max(range.Offset, oldLength);
            if (start < range.End) work.Add(new(start, range.End - start));
        }

        foreach (var range in ChangedRanges.Normalized(work, source.Length)) yield return range;
    }
}
