using BackupFabric.Blocks;
using BackupFabric.Disks;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.Protect;

/// <summary>
/// How one disk is read in this synchronization. <see cref="BaseLength"/> is set for an incremental read only: the disk's length when its base was made.
/// </summary>
/// <param name="Work">Full read: what is allocated. Incremental: what changed, and what the disk grew by.</param>
/// <param name="Unchanged">Incremental: what is allocated and said to be unchanged, for the audit.</param>
/// <param name="ChangedBytes">Reported by change tracking, before widening.</param>
internal sealed record DiskPlan(string DiskKey, long Length, string BasePointId, long? BaseLength, Extents Work, Extents Unchanged, long ChangedBytes)
{
    public bool IsFull => BaseLength is null;

    /// <summary>Decides from what the host says; <paramref name="changed"/> is null when change tracking has no answer.</summary>
    public static DiskPlan For(string diskKey, long length, Baseline? baseline, Extents allocated, Extents? changed)
    {
        var known = KnownOf(baseline, diskKey);
        // A disk that shrank was converted or replaced: its old map says nothing.
        if (known is null || changed is null || (long)known.Length > length) return Full(diskKey, length, allocated);

        var oldLength = (long)known.Length;
        var clipped = changed.Clip(0, length);
        // Of a new tail only what is allocated is read; its first byte counts always, so that the old last span is described at its new length.
        var grown = Extents.Of([new DiskRange(oldLength, Math.Min(1, length - oldLength))]);
        var tail = allocated.Clip(oldLength, length - oldLength);
        var work = clipped.Union(tail).Union(grown).RoundTo(Cluster.Size, length);
        return new DiskPlan(diskKey, length, baseline!.PointId, oldLength, work, allocated.Except(work), clipped.TotalLength);
    }

    public static DiskPlan Full(string diskKey, long length, Extents allocated) =>
        new(diskKey, length, string.Empty, BaseLength: null, allocated.RoundTo(Cluster.Size, length), Extents.Empty, ChangedBytes: 0);

    /// <summary>What the disk was measured against last time; null when change tracking need not be asked.</summary>
    public static DiskBaseline? KnownOf(Baseline? baseline, string diskKey) =>
        baseline?.Disks.FirstOrDefault(d =>
            string.Equals(d.DiskKey, diskKey, StringComparison.OrdinalIgnoreCase) && d.ChangeTrackingId.Length > 0 && baseline.PointId.Length > 0);
}
