using System.Runtime.InteropServices;
using BackupFabric.Blocks.Maps;

namespace BackupFabric.Blocks.Spans;

/// <summary>How one span was cut: its pieces, their ids, and the leaf they make. Reused from span to span, so that no block costs an allocation.</summary>
public sealed class SpanCuts
{
    private readonly List<BlockCut> _cuts = [];
    private readonly List<SpanEntry> _fresh = [];
    private readonly List<SpanEntry> _merged = [];
    private BlockId[] _ids = new BlockId[1024];

    /// <summary>Pieces of the regions' buffer, holes included.</summary>
    public List<BlockCut> Cuts => _cuts;

    /// <summary>One id per cut.</summary>
    public ReadOnlySpan<BlockId> Ids => _ids.AsSpan(0, _cuts.Count);

    /// <summary>The entries of all regions, one after the other.</summary>
    public List<SpanEntry> Fresh => _fresh;

    /// <summary>The span's entries as they are now, kept ones included.</summary>
    public List<SpanEntry> Merged => _merged;

    public BlockId IdOf(int cut) => _ids[cut];

    /// <summary>Cuts and hashes what was read.</summary>
    /// <param name="regions">The plan's regions, one after the other, zeros where nothing was read.</param>
    public void Cut(SpanPlan plan, ReadOnlySpan<byte> regions, Cutter cutter, IdKey key)
    {
        _cuts.Clear();
        var at = 0;
        foreach (var region in plan.Regions)
        {
            var (first, length) = (_cuts.Count, region.Length * Cluster.Size);
            cutter.Cut(regions.Slice(at, length), _cuts);
            // The cutter counts from the region's start, we from the buffer's.
            for (var i = first; i < _cuts.Count && at > 0; i++) _cuts[i] = _cuts[i] with { Offset = _cuts[i].Offset + at };
            at += length;
        }

        if (_ids.Length < _cuts.Count) _ids = new BlockId[_cuts.Count * 2];
        key.IdsOf(regions, CollectionsMarshal.AsSpan(_cuts), _ids);
        _fresh.Clear();
        for (var i = 0; i < _cuts.Count; i++) _fresh.Add(new SpanEntry(_cuts[i].Length / Cluster.Size, _ids[i]));
        SpanPatch.Merge(plan.Old, plan.Regions, _fresh, _merged);
    }

    /// <summary>The same from entries that an earlier cut of the same regions gave.</summary>
    public void Recall(SpanPlan plan, ReadOnlySpan<SpanEntry> fresh)
    {
        _cuts.Clear();
        _fresh.Clear();
        if (_ids.Length < fresh.Length) _ids = new BlockId[fresh.Length * 2];
        var at = 0;
        foreach (var entry in fresh)
        {
            _ids[_cuts.Count] = entry.Id;
            _cuts.Add(new BlockCut(at, entry.Clusters * Cluster.Size, entry.IsHole));
            _fresh.Add(entry);
            at += entry.Clusters * Cluster.Size;
        }

        SpanPatch.Merge(plan.Old, plan.Regions, _fresh, _merged);
    }

    /// <summary>Whether the base's leaf still describes the span.</summary>
    public bool Changes(SpanPlan plan) => plan.IsNew || !CollectionsMarshal.AsSpan(_merged).SequenceEqual(CollectionsMarshal.AsSpan(plan.Old));
}
