using BackupFabric.BlockStore.Points;

namespace BackupFabric.BlockStore.Retention;

/// <param name="KeptBecause">Every reason to keep the point; none: it goes.</param>
public sealed record RetentionVerdict(Manifest Point, IReadOnlyList<string> KeptBecause)
{
    public bool IsKept => KeptBecause.Count > 0;
}
