using BackupFabric.Agent.HyperV.Checkpoints;
using BackupFabric.Protos.V1;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.HyperV;

internal static partial class HyperVLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "The host did not take the disk merge setting: {Reason}")]
    public static partial void MergeSwitchRefused(this ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "VM {VmId} is still merging its disks after {Limit}; it goes on by itself")]
    public static partial void MergeStillRunning(this ILogger logger, Guid vmId, TimeSpan limit);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Checkpoint {InstanceId} could not be labelled as ours: {Reason}")]
    public static partial void LabelRefused(this ILogger logger, string instanceId, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Recovery checkpoint {InstanceId} of VM {VmId} was left by an earlier run and is removed")]
    public static partial void RemovingLeftover(this ILogger logger, string instanceId, Guid vmId);

    [LoggerMessage(Level = LogLevel.Information, Message = "VM {VmName}: checkpoint at step {Step} failed: {Reason}")]
    public static partial void StepFailed(this ILogger logger, string vmName, LadderStep step, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "VM {VmName}: checkpoint {InstanceId} made, {Consistency}")]
    public static partial void CheckpointMade(this ILogger logger, string vmName, string instanceId, Consistency consistency);

    [LoggerMessage(Level = LogLevel.Error, Message = "Checkpoint {InstanceId} of VM {VmId} could not be removed; it stays in the journal and is tried again")]
    public static partial void RemovalFailed(this ILogger logger, Exception exception, string instanceId, Guid vmId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The exported configuration of VM {VmName} cannot be used ({Reason}); its files are copied instead")]
    public static partial void ExportRefused(this ILogger logger, string vmName, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The folder {Folder} of an exported configuration could not be removed")]
    public static partial void WorkFolderStays(this ILogger logger, Exception exception, string folder);

    [LoggerMessage(Level = LogLevel.Information, Message = "Disk {DiskKey}: the host cannot tell what changed ({Reason}); it is read as a whole")]
    public static partial void ChangesUnknown(this ILogger logger, string diskKey, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "VM {VmId}: the checkpoint could not be kept as a reference point: {Reason}")]
    public static partial void BaselineRefused(this ILogger logger, Guid vmId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "VM {VmId}: disk {RasdId} of the reference point cannot be resolved; it is read as a whole next time")]
    public static partial void BaselineDiskUnknown(this ILogger logger, Guid vmId, string rasdId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Reference point {ReferencePoint} of VM {VmId} is not ours to remove: {Reason}")]
    public static partial void ReferencePointSpared(this ILogger logger, string referencePoint, Guid vmId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} recovery checkpoints of VM {VmId} appeared while one of ours was being made; which is ours cannot be told, so all stay")]
    public static partial void CheckpointsNotTold(this ILogger logger, int count, Guid vmId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} reference points of VM {VmId} appeared while one of ours was being made; which is ours cannot be told, so all stay")]
    public static partial void ReferencePointsNotTold(this ILogger logger, int count, Guid vmId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Host events are not available ({Reason}); VMs are polled every {Interval}")]
    public static partial void EventsNotAvailable(this ILogger logger, string reason, TimeSpan interval);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Recovered VM {Name}: {What}")]
    public static partial void RecoveredWith(this ILogger logger, string name, string what);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Recovered VM {Name} was started before its recovery was reported; it is left alone")]
    public static partial void RecoveredVmInUse(this ILogger logger, string name);

    [LoggerMessage(Level = LogLevel.Error, Message = "What the failed recovery of VM {Name} made could not be removed; it stays in the journal and is tried again")]
    public static partial void RecoveryRemains(this ILogger logger, Exception exception, string name);
}
