using BackupFabric.Agent.HyperV.Inventory;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Wmi;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.HyperV.Checkpoints;

/// <summary>One attempt at a recovery checkpoint, and its label.</summary>
internal sealed class CheckpointMaker(HostSeams seams, VirtualMachines machines, WmiJobs jobs, HyperVOptions options, ILogger logger)
{
    // GuestBackupType came with Windows 10 1703; older hosts refuse an instance with a property they do not know.
    private const int BuildWithGuestBackupType = 15063;

    /// <summary>
    /// Asks the host once. Not cancellable: a checkpoint whose making was abandoned half-way would be found by nobody.
    /// </summary>
    public async Task<(CallOutcome Outcome, RecoveryCheckpoint? Made)> TryAsync(HostVm vm, LadderStep step, IReadOnlyCollection<string> known)
    {
        var service = await seams.Virtualization.ServiceAsync(nameof(Msvm_VirtualSystemSnapshotService), CancellationToken.None)
            ?? throw HyperVProblems.From(new WmiException(nameof(Msvm_VirtualSystemSnapshotService), WbemCode.InvalidNamespace));
        var outcome = await jobs.InvokeAsync(service.PathOf(), nameof(Msvm_VirtualSystemSnapshotService.CreateSnapshot), CancellationToken.None,
            (Msvm_VirtualSystemSnapshotService.CreateSnapshot.AffectedSystem, vm.System.PathOf()),
            (Msvm_VirtualSystemSnapshotService.CreateSnapshot.SnapshotSettings, await SettingsAsync(step)),
            (Msvm_VirtualSystemSnapshotService.CreateSnapshot.SnapshotType, (ushort)Msvm_VirtualSystemSnapshotService.CreateSnapshot.SnapshotTypeValue.RecoverySnapshot));
        return (outcome, await MadeAsync(vm, outcome, known));
    }

    /// <summary>
    /// Puts our name on it, so that it is known for ours without a journal. Nothing depends on it: identity is the InstanceID.
    /// </summary>
    public async Task LabelAsync(RecoveryCheckpoint checkpoint, Guid jobId, CancellationToken cancellation)
    {
        try
        {
            if (await seams.Virtualization.ServiceAsync(nameof(Msvm_VirtualSystemManagementService), cancellation) is not { } service) return;
            var labelled = checkpoint.Settings.With((Msvm_VirtualSystemSettingData.ElementName, RecoveryCheckpoint.LabelFor(jobId)));
            var outcome = await jobs.InvokeAsync(service.PathOf(), nameof(Msvm_VirtualSystemManagementService.ModifySystemSettings), cancellation,
                (Msvm_VirtualSystemManagementService.ModifySystemSettings.SystemSettings, labelled));
            if (!outcome.Ok) logger.LabelRefused(checkpoint.InstanceId, outcome.Text);
        }
        catch (WmiException e)
        {
            logger.LabelRefused(checkpoint.InstanceId, e.Message);
        }
    }

    private async Task<RecoveryCheckpoint?> MadeAsync(HostVm vm, CallOutcome outcome, IReadOnlyCollection<string> known)
    {
        if (outcome is { Ok: true, Vanished: false }
            && await jobs.ResultAsync(outcome, Msvm_VirtualSystemSnapshotService.CreateSnapshot.ResultingSnapshot, nameof(Msvm_VirtualSystemSettingData), CancellationToken.None) is { } made
            && RecoveryCheckpoint.Of(made) is { } checkpoint && checkpoint.VmId == vm.Id && !known.Contains(checkpoint.InstanceId)) return checkpoint;

        // The job vanished, or does not tell: what is there now and was not there before. More than one would be a guess.
        var appeared = (await machines.RecoveryCheckpointsAsync(vm.Id, CancellationToken.None)).Where(c => !known.Contains(c.InstanceId)).ToList();
        return appeared.Count == 1 ? appeared[0] : null;
    }

    private async Task<WmiObject> SettingsAsync(LadderStep step)
    {
        var level = step == LadderStep.ApplicationCheckpoint
            ? Msvm_VirtualSystemSnapshotSettingData.ConsistencyLevelValue.ApplicationConsistent
            : Msvm_VirtualSystemSnapshotSettingData.ConsistencyLevelValue.CrashConsistent;
        var settings = WmiQueries.New(nameof(Msvm_VirtualSystemSnapshotSettingData),
            (Msvm_VirtualSystemSnapshotSettingData.ConsistencyLevel, (byte)level),
            // Pass-through and Fibre Channel disks would fail the checkpoint; they are reported as not protected instead.
            (Msvm_VirtualSystemSnapshotSettingData.IgnoreNonSnapshottableDisks, true));
        return await seams.HasPropertyAsync(nameof(Msvm_VirtualSystemSnapshotSettingData), Msvm_VirtualSystemSnapshotSettingData.GuestBackupType, BuildWithGuestBackupType)
            ? settings.With((Msvm_VirtualSystemSnapshotSettingData.GuestBackupType, (byte)(options.TruncateGuestLogs
                ? Msvm_VirtualSystemSnapshotSettingData.GuestBackupTypeValue.Full : Msvm_VirtualSystemSnapshotSettingData.GuestBackupTypeValue.Copy)))
            : settings;
    }
}
