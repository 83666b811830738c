using BackupFabric.Agent.HyperV.Inventory;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Wmi;

namespace BackupFabric.Agent.HyperV.Recovery;

/// <summary>
/// Takes away a VM whose recovery did not end, with everything below its folder. It never touches a VM that was there before, runs, or lies elsewhere.
/// </summary>
internal sealed class RecoveredVmRemoval(HostServices host)
{
    private static readonly string[] OurFolders = [RecoveryPlan.DiskFolder, RecoveryPlan.ConfigurationFolder, RecoveryPlan.SnapshotFolder];

    private IWmi Wmi => host.Seams.Virtualization;

    /// <summary>Idempotent.</summary>
    public async Task RemoveAsync(RecoveredVmDetail detail, CancellationToken cancellation)
    {
        if (!await RemoveSystemAsync(detail, cancellation)) return;
        host.Folders.Remove(detail.ImportFolder);
        if (HostPath.WhyNotFolder(detail.Folder) is not null) return;
        foreach (var name in OurFolders) host.Seams.Files.DeleteFolder(HostPath.Join(detail.Folder, name));
        // What somebody else put there meanwhile stays.
        if (!detail.FolderWasThere && host.Seams.Files.List(detail.Folder).Count == 0) host.Seams.Files.DeleteFolder(detail.Folder);
    }

    /// <summary>False when the VM is somebody's by now: then its files stay as well.</summary>
    private async Task<bool> RemoveSystemAsync(RecoveredVmDetail detail, CancellationToken cancellation)
    {
        var planned = detail.SystemId is null
            ? await PlannedVm.AppearedAsync(host, detail.KnownVms)
            : (await Wmi.ListAsync(nameof(Msvm_PlannedComputerSystem), cancellation, (Msvm_PlannedComputerSystem.Name, detail.SystemId))) is [var found, ..] ? found : null;
        if (planned is not null)
        {
            await DestroyAsync(planned, cancellation);
            return true;
        }

        if (VirtualMachines.IdOf(detail.SystemId) is not { } vmId || detail.KnownVms.Contains(detail.SystemId!, StringComparer.OrdinalIgnoreCase)) return true;
        if (await host.Machines.FindAsync(vmId, cancellation) is not { } vm) return true;
        if (vm.EnabledState != Msvm_ComputerSystem.EnabledStateValue.Disabled || !IsOurs(vm, detail))
        {
            host.Logger.RecoveredVmInUse(detail.Name);
            return false;
        }

        await DestroyAsync(vm.System, cancellation);
        return true;
    }

    private static bool IsOurs(HostVm vm, RecoveredVmDetail detail)
    {
        var root = (vm.Settings.Get<string>(Msvm_VirtualSystemSettingData.ConfigurationDataRoot) ?? "").TrimEnd('\\');
        return string.Equals(root, detail.Folder, StringComparison.OrdinalIgnoreCase) || HostPath.IsBelow(detail.Folder, root);
    }

    private async Task DestroyAsync(WmiObject system, CancellationToken cancellation)
    {
        var service = await Wmi.ServiceAsync(nameof(Msvm_VirtualSystemManagementService), cancellation)
            ?? throw HyperVProblems.From(new WmiException(nameof(Msvm_VirtualSystemManagementService), WbemCode.InvalidNamespace));
        var outcome = await host.Jobs.InvokeAsync(service.PathOf(), nameof(Msvm_VirtualSystemManagementService.DestroySystem), cancellation,
            (Msvm_VirtualSystemManagementService.DestroySystem.AffectedSystem, system.PathOf()));
        if (!outcome.Ok && await Wmi.GetAsync(system.PathOf(), cancellation) is not null)
            throw HyperVProblems.Refused(outcome, "the removal of a half-recovered VM", "recovered-vm-not-removed", "It is tried again by itself.");
    }
}
