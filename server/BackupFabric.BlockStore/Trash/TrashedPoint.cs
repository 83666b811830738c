using BackupFabric.BlockStore.Points;

namespace BackupFabric.BlockStore.Trash;

/// <summary>A deleted recovery point. It is complete until it is purged, and can be undeleted.</summary>
/// <param name="DeletedAt">When it was deleted; <see cref="UnknownTime"/> when that was lost: such a point is never old enough to be purged by age.</param>
public sealed record TrashedPoint(Manifest Point, DateTimeOffset DeletedAt)
{
    public static readonly DateTimeOffset UnknownTime = DateTimeOffset.MaxValue;

    /// <summary>Whether an age has been reached. An age of nothing takes all, and asks no clock.</summary>
    internal bool IsOlderThan(TimeSpan age, DateTimeOffset now) => age <= TimeSpan.Zero || (DeletedAt != UnknownTime && now - DeletedAt >= age);
}
