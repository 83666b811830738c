using System.Runtime.Serialization;

namespace Alphaleonis.Win32.Vss;

public sealed class VssDeleteSnapshotsFailedException : VssException
{
    public VssDeleteSnapshotsFailedException()
        : base("The Volume Shadow Copy Service reported: delete snapshots failed.")
    {
    }

    public VssDeleteSnapshotsFailedException(string message)
        : base(message)
    {
    }

    public VssDeleteSnapshotsFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public VssDeleteSnapshotsFailedException(int deletedSnapshotsCount, Guid nonDeletedSnapshotId, Exception innerException)
        : base($"{deletedSnapshotsCount} snapshots were deleted; then {nonDeletedSnapshotId} could not be deleted.", innerException)
    {
        DeletedSnapshotsCount = deletedSnapshotsCount;
        NonDeletedSnapshotId = nonDeletedSnapshotId;
    }

    public int DeletedSnapshotsCount { get; }

    public Guid NonDeletedSnapshotId { get; }

    public override void GetObjectData(SerializationInfo info, StreamingContext context)
    {
        base.GetObjectData(info, context);
        info.AddValue(nameof(DeletedSnapshotsCount), DeletedSnapshotsCount);
        info.AddValue(nameof(NonDeletedSnapshotId), NonDeletedSnapshotId);
    }
}
