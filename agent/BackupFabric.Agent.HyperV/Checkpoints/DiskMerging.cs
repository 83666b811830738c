using BackupFabric.Agent.HyperV.Inventory;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Wmi;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.HyperV.Checkpoints;

/// <summary>Merging goes on after the job that removed a checkpoint has ended, and the VM cannot be backed up or moved until it is done.</summary>
internal sealed class DiskMerging(IWmi wmi, VirtualMachines machines, WmiJobs jobs, HyperVOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// An export without storage leaves merging switched off on some hosts, and the differencing disks then stay for good. Switching it on again
    /// before a checkpoint goes is what was seen to help; a host that knows nothing of it loses nothing.
    /// </summary>
    public async Task AllowAsync(CancellationToken cancellation)
    {
        try
        {
            if (await wmi.ServiceAsync(nameof(Msvm_VirtualSystemManagementService), cancellation) is not { } service) return;
            var current = await wmi.FirstAsync(nameof(Msvm_DiskMergeSettingData), cancellation) ?? WmiQueries.New(nameof(Msvm_DiskMergeSettingData));
            var wanted = current.With((Msvm_DiskMergeSettingData.EnabledState, (uint)Msvm_DiskMergeSettingData.EnabledStateValue.Enabled));
            var outcome = await jobs.InvokeAsync(service.PathOf(), nameof(Msvm_VirtualSystemManagementService.ModifyDiskMergeSettings), cancellation,
                (Msvm_VirtualSystemManagementService.ModifyDiskMergeSettings.SettingData, wanted));
            if (!outcome.Ok) logger.MergeSwitchRefused(outcome.Text);
        }
        catch (WmiException e)
        {
            logger.MergeSwitchRefused(e.Message);
        }
    }

    /// <summary>True when no merge runs any more; false when the bound was reached first.</summary>
    public Task<bool> WaitAsync(Guid vmId, CancellationToken cancellation) =>
        WaitWhileAsync(vmId, o => o == Msvm_ComputerSystem.OperationalStatusValue.MergingDisks, cancellation);

    /// <summary>True when the VM's operation is no such one any more; false when the bound was reached first.</summary>
    public async Task<bool> WaitWhileAsync(Guid vmId, Func<Msvm_ComputerSystem.OperationalStatusValue, bool> goesOn, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        for (var pause = FirstLook; ; pause = pause * 1.5 < options.JobPollLongest ? pause * 1.5 : options.JobPollLongest)
        {
            if (await machines.SystemAsync(vmId, cancellation) is not { } system) return true;
            if (system.List<int>(Msvm_ComputerSystem.OperationalStatus) is not [_, var operation, ..] || !goesOn((Msvm_ComputerSystem.OperationalStatusValue)operation)) return true;
            if (time.GetElapsedTime(started) > options.MergeTimeLimit) return false;
            await Task.Delay(pause, time, cancellation);
        }
    }
}
