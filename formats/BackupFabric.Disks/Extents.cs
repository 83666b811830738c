namespace BackupFabric.Disks;

/// <summary>A set of disjoint, non-adjacent, ascending ranges. Immutable once built.</summary>
public sealed class Extents
{
    public static readonly Extents Empty = new([]);

    private readonly DiskRange[] _ranges;

    private Extents(DiskRange[] ranges)
    {
        _ranges = ranges;
        foreach (DiskRange range in ranges) TotalLength += range.Length;
    }

    public IReadOnlyList<DiskRange> Ranges => _ranges;

    public long TotalLength { get; }

    /// <summary>Sorts and merges any ranges; empty ones vanish, negative ones throw.</summary>
    public static Extents Of(IEnumerable<DiskRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        List<DiskRange> sorted = [];
        bool ascending = true;
        foreach (DiskRange range in ranges)
        {
            Require(range);
            if (range.Length == 0) continue;
            if (sorted.Count > 0 && range.Offset < sorted[^1].Offset) ascending = false;
            sorted.Add(range);
        }

        if (!ascending) sorted.Sort(static (a, b) => a.Offset.CompareTo(b.Offset));
        RangeList merged = new(sorted.Count);
        foreach (DiskRange range in sorted) merged.Add(range.Offset, range.End);
        return merged.ToExtents();
    }

    public Extents Union(Extents other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (_ranges.Length == 0) return other;
        if (other._ranges.Length == 0) return this;
        RangeList merged = new(_ranges.Length + other._ranges.Length);
        int a = 0, b = 0;
        while (a < _ranges.Length || b < other._ranges.Length)
        {
            bool mine = b == other._ranges.Length || (a < _ranges.Length && _ranges[a].Offset <= other._ranges[b].Offset);
            DiskRange next = mine ? _ranges[a++] : other._ranges[b++];
            merged.Add(next.Offset, next.End);
        }

        return merged.ToExtents();
    }

    public Extents Intersect(Extents other)
    {
        ArgumentNullException.ThrowIfNull(other);
        RangeList common = new(Math.Min(_ranges.Length, other._ranges.Length));
        int a = 0, b = 0;
        while (a < _ranges.Length && b < other._ranges.Length)
        {
            DiskRange x = _ranges[a], y = other._ranges[b];
            common.Add(Math.Max(x.Offset, y.Offset), Math.Min(x.End, y.End));
            if (x.End < y.End) a++;
            else b++;
        }

        return common.ToExtents();
    }

    public Extents Except(Extents other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (_ranges.Length == 0 || other._ranges.Length == 0) return this;
        RangeList left = new(_ranges.Length);
        int b = 0;
        foreach (DiskRange range in _ranges)
        {
            long position = range.Offset;
            while (b < other._ranges.Length && other._ranges[b].End <= position) b++;
            // A hole may reach into the next range, so b is not advanced past holes that this range does not outlast.
            for (int i = b; i < other._ranges.Length && other._ranges[i].Offset < range.End; i++)
            {
                left.Add(position, other._ranges[i].Offset);
                position = Math.Max(position, other._ranges[i].End);
            }

            left.Add(position, range.End);
        }

        return left.ToExtents();
    }

    /// <summary>Widens every range to multiples of <paramref name="unit"/> and clips to [0, <paramref name="limit"/>).</summary>
    public Extents RoundTo(long unit, long limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(unit);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        RangeList wide = new(_ranges.Length);
        foreach (DiskRange range in _ranges)
        {
            long start = range.Offset - (range.Offset % unit);
            if (start >= limit) break;
            long missing = (unit - (range.End % unit)) % unit;
            // Compared this way round, because the sum may lie beyond what can be addressed.
            wide.Add(start, range.End > limit - missing ? limit : range.End + missing);
        }

        return wide.ToExtents();
    }

    public Extents Clip(long offset, long length)
    {
        Require(new DiskRange(offset, length));
        long end = offset + length;
        RangeList clipped = new(4);
        for (int i = FirstEndingAfter(offset); i < _ranges.Length && _ranges[i].Offset < end; i++)
            clipped.Add(Math.Max(offset, _ranges[i].Offset), Math.Min(end, _ranges[i].End));
        return clipped.ToExtents();
    }

    public bool Contains(long offset)
    {
        int i = FirstEndingAfter(offset);
        return i < _ranges.Length && _ranges[i].Offset <= offset;
    }

    private int FirstEndingAfter(long offset)
    {
        int low = 0, high = _ranges.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_ranges[middle].End > offset) high = middle;
            else low = middle + 1;
        }

        return low;
    }

    private static void Require(DiskRange range)
    {
        if (range.Offset < 0 || range.Length < 0 || range.Offset > long.MaxValue - range.Length)
            throw new ArgumentOutOfRangeException(nameof(range), $"The range ({range.Offset}, {range.Length}) is negative or ends beyond what can be addressed.");
    }

    /// <summary>Collects ranges that come in ascending order of their starts, merging those that touch.</summary>
    private readonly struct RangeList(int capacity)
    {
        private readonly List<DiskRange> _list = new(capacity);

        public void Add(long offset, long end)
        {
            if (end <= offset) return;
            if (_list.Count > 0 && _list[^1].End >= offset)
            {
                DiskRange last = _list[^1];
                if (end > last.End) _list[^1] = new DiskRange(last.Offset, end - last.Offset);
                return;
            }

            _list.Add(new DiskRange(offset, end - offset));
        }

        public Extents ToExtents() => _list.Count == 0 ? Empty : new Extents([.. _list]);
    }
}
