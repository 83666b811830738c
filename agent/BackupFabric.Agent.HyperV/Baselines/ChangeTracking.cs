using BackupFabric.Agent.HyperV.Inventory;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Wmi;

namespace BackupFabric.Agent.HyperV.Baselines;

/// <summary>Whether this host can keep reference points (2016 and later).</summary>
internal sealed class ChangeTracking(IWmi wmi)
{
    public async Task<bool> OnThisHostAsync(CancellationToken cancellation) =>
        await wmi.ServiceAsync(nameof(Msvm_VirtualSystemReferencePointService), cancellation) is not null;

    public async Task<bool> OfAsync(HostVm vm, CancellationToken cancellation) =>
        vm.Version >= ConfigurationVersion.ChangeTrackingPerhaps && await OnThisHostAsync(cancellation);
}
