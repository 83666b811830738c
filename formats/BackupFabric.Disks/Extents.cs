namespace BackupFabric.Disks;

/// <summary>A set of disjoint, non-adjacent, ascending ranges. Immutable once built.</summary>
public sealed class Extents
{
    public static readonly Extents Empty = new([]);

    private Extents(IReadOnlyList<DiskRange> ranges) => Ranges = ranges;

    public IReadOnlyList<DiskRange> Ranges { get; }

    public long TotalLength => Ranges.Sum(r => r.Length);

    /// <summary>Sorts and merges any ranges; empty ones vanish, negative ones throw.</summary>
    public static Extents Of(IEnumerable<DiskRange> ranges) => throw new NotImplementedException();

    public Extents Union(Extents other) => throw new NotImplementedException();

    public Extents Intersect(Extents other) => throw new NotImplementedException();

    public Extents Except(Extents other) => throw new NotImplementedException();

    /// <summary>Widens every range to multiples of <paramref name="unit"/> and clips to [0, <paramref name="limit"/>).</summary>
    public Extents RoundTo(long unit, long limit) => throw new NotImplementedException();

    public Extents Clip(long offset, long length) => throw new NotImplementedException();

    public bool Contains(long offset) => throw new NotImplementedException();
}
