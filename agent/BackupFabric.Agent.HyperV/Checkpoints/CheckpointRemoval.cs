using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Wmi;
using BackupFabric.Protos.Problems;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.HyperV.Checkpoints;

/// <summary>Removes recovery checkpoints. Whoever reads their disks must have closed them: the merge hits a sharing violation otherwise.</summary>
internal sealed class CheckpointRemoval(IWmi wmi, WmiJobs jobs, DiskMerging merging, HyperVOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan BusyPause = TimeSpan.FromSeconds(1);

    /// <summary>Fine when it is gone already. Waits for the merge, within its bound.</summary>
    public async Task RemoveAsync(Guid vmId, string instanceId, CancellationToken cancellation)
    {
        if (await FindAsync(instanceId, cancellation) is not { } checkpoint) return;
        await merging.AllowAsync(cancellation);

        var service = await wmi.ServiceAsync(nameof(Msvm_VirtualSystemSnapshotService), cancellation)
            ?? throw HyperVProblems.From(new WmiException(nameof(Msvm_VirtualSystemSnapshotService), WbemCode.InvalidNamespace));
        var started = time.GetTimestamp();
        while (true)
        {
            var outcome = await jobs.InvokeAsync(service.PathOf(), nameof(Msvm_VirtualSystemSnapshotService.DestroySnapshot), cancellation,
                (Msvm_VirtualSystemSnapshotService.DestroySnapshot.AffectedSnapshot, checkpoint.PathOf()));
            if ((outcome.Ok && !outcome.Vanished) || await FindAsync(instanceId, cancellation) is null) break;
            if (!outcome.Busy || time.GetElapsedTime(started) > options.MergeTimeLimit) throw NotRemoved(outcome);
            await Task.Delay(BusyPause, time, cancellation);
        }

        if (!await merging.WaitAsync(vmId, cancellation)) logger.MergeStillRunning(vmId, options.MergeTimeLimit);
    }

    public Task<WmiObject?> FindAsync(string instanceId, CancellationToken cancellation) =>
        wmi.FirstAsync(nameof(Msvm_VirtualSystemSettingData), cancellation,
            (Msvm_VirtualSystemSettingData.InstanceID, instanceId),
            (Msvm_VirtualSystemSettingData.VirtualSystemType, Msvm_VirtualSystemSettingData.VirtualSystemTypeText.RecoveryCheckpoint));

    private static ProblemException NotRemoved(CallOutcome outcome) => HyperVProblems.Refused(outcome, "the removal of the recovery checkpoint", "checkpoint-not-removed",
        "It is tried again by itself. If it stays, remove it with Get-VMSnapshot -SnapshotType Recovery | Remove-VMSnapshot.");
}
