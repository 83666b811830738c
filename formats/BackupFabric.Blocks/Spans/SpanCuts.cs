using System.Runtime.InteropServices;
using BackupFabric.Blocks.Maps;

namespace BackupFabric.Blocks.Spans;

/// <summary>How one span was cut: its pieces, their ids, and the leaf they make. Reused from span to span, so that no block costs an allocation.</summary>
public sealed class SpanCuts
{
    /// <summary>What is cut at a stretch: half of a usual second-level cache, since what comes of it wants room too.</summary>
    public const int WindowBytes = 1 << 20;

    private readonly List<BlockCut> _cuts = [];
    private readonly List<SpanEntry> _fresh = [];
    private readonly List<SpanEntry> _merged = [];
    private BlockId[] _ids = new BlockId[1024];
    private int _region;
    private int _regionStart;
    private int _cutTo;

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
        Begin();
        for (var filled = 0; filled < plan.RegionBytes;)
        {
            filled = Math.Min(filled + WindowBytes, plan.RegionBytes);
            CutNext(plan, regions, filled, cutter, key);
        }

        End(plan);
    }

    /// <summary>Begins to cut piece by piece, so that what is read is cut, hashed and packed while it still lies in the processor's cache.</summary>
    public void Begin()
    {
        _cuts.Clear();
        (_region, _regionStart, _cutTo) = (0, 0, 0);
    }

    /// <summary>Cuts and hashes on, as far as <paramref name="filled"/> bytes of the regions allow. Returns the first new cut; blocks that may go on behind wait for the next call.</summary>
    public int CutNext(SpanPlan plan, ReadOnlySpan<byte> regions, int filled, Cutter cutter, IdKey key)
    {
        var first = _cuts.Count;
        while (_region < plan.Regions.Count)
        {
            var end = _regionStart + plan.Regions[_region].Length * Cluster.Size;
            CutOn(regions[_cutTo..Math.Min(filled, end)], cutter, isEnd: filled >= end);
            if (filled < end) break;
            (_region, _regionStart) = (_region + 1, end);
        }

        if (_ids.Length < _cuts.Count) Array.Resize(ref _ids, _cuts.Count * 2);
        key.IdsOf(regions, CollectionsMarshal.AsSpan(_cuts)[first..], _ids.AsSpan(first));
        return first;
    }

    /// <summary>All was cut: puts the pieces between those that the span keeps.</summary>
    public void End(SpanPlan plan)
    {
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

    /// <summary>The cutter counts from where it begins, we from the buffer's start.</summary>
    private void CutOn(ReadOnlySpan<byte> bytes, Cutter cutter, bool isEnd)
    {
        var first = _cuts.Count;
        var cut = cutter.Cut(bytes, _cuts, isEnd);
        foreach (ref var piece in CollectionsMarshal.AsSpan(_cuts)[first..]) piece = piece with { Offset = piece.Offset + _cutTo };
        _cutTo += cut;
    }

    /// <summary>Whether the base's leaf still describes the span.</summary>
    public bool Changes(SpanPlan plan) => plan.IsNew || !CollectionsMarshal.AsSpan(_merged).SequenceEqual(CollectionsMarshal.AsSpan(plan.Old));
}
