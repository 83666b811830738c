using BackupFabric.Blocks.Spans;

namespace BackupFabric.BlockStore.Import;

/// <summary>What somebody says has changed, made fit for use: sorted, disjoint, within the disk.</summary>
public static class ChangedRanges
{
    /// <summary>Fails with <c>changes-invalid</c> on a negative range or one that reaches beyond the disk: then the list is not of this disk.</summary>
    public static List<ByteRange> Normalized(IEnumerable<ByteRange> ranges, long length)
    {
        var sorted = new List<ByteRange>();
        foreach (var range in ranges)
        {
            if (range.Offset < 0 || range.Length < 0 || range.Offset > length || range.Length > length - range.Offset)
                throw RepositoryErrors.ChangesInvalid($"the range of {range.Length} bytes at {range.Offset} does not lie within the disk of {length} bytes");
            if (range.Length > 0) sorted.Add(range);
        }

        sorted.Sort(static (a, b) => a.Offset.CompareTo(b.Offset));
        return Merged(sorted);
    }

    private static List<ByteRange> Merged(List<ByteRange> sorted)
    {
        var kept = 0;
        for (var i = 1; i < sorted.Count; i++)
        {
            var last = sorted[kept];
            if (sorted[i].Offset <= last.End) sorted[kept] = last with { Length = Math.Max(last.End, sorted[i].End) - last.Offset };
            else sorted[++kept] = sorted[i];
        }

        if (sorted.Count > 0) sorted.RemoveRange(kept + 1, sorted.Count - kept - 1);
        return sorted;
    }
}
