namespace Alphaleonis.Win32.Vss;

public class VssSnapshotProperties
{
    public VssSnapshotProperties(
        Guid snapshotId,
        Guid snapshotSetId,
        long snapshotCount,
        string snapshotDeviceObject,
        string originalVolumeName,
        string originatingMachine,
        string serviceMachine,
        string exposedName,
        string exposedPath,
        Guid providerId,
        VssVolumeSnapshotAttributes snapshotAttributes,
        DateTime creationTimestamp,
        VssSnapshotState snapshotState)
    {
        SnapshotId = snapshotId;
        SnapshotSetId = snapshotSetId;
        SnapshotsCount = snapshotCount;
        SnapshotDeviceObject = snapshotDeviceObject;
        OriginalVolumeName = originalVolumeName;
        OriginatingMachine = originatingMachine;
        ServiceMachine = serviceMachine;
        ExposedName = exposedName;
        ExposedPath = exposedPath;
        ProviderId = providerId;
        SnapshotAttributes = snapshotAttributes;
        CreationTimestamp = creationTimestamp;
        Status = snapshotState;
    }

    public Guid SnapshotId { get; }

    public Guid SnapshotSetId { get; }

    public long SnapshotsCount { get; }

    public string SnapshotDeviceObject { get; }

    public string OriginalVolumeName { get; }

    public string OriginatingMachine { get; }

    public string ServiceMachine { get; }

    public string ExposedName { get; }

    public string ExposedPath { get; }

    public Guid ProviderId { get; }

    public VssVolumeSnapshotAttributes SnapshotAttributes { get; }

    public DateTime CreationTimestamp { get; }

    public VssSnapshotState Status { get; }
}
