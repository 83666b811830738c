using BackupFabric.Agent.HyperV.Inventory;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Wmi;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.HyperV.Baselines;

/// <summary>Reference points of VMs. Other products keep theirs in the same VM, and Hyper-V Replica keeps log-based ones: neither is ever touched.</summary>
internal sealed class ReferencePoints(IWmi wmi, WmiJobs jobs, HyperVOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan BusyPause = TimeSpan.FromSeconds(1);

    public async Task<IReadOnlyList<WmiObject>> OfAsync(Guid vmId, CancellationToken cancellation)
    {
        try
        {
            return await wmi.ListAsync(nameof(Msvm_VirtualSystemReferencePoint), cancellation, (Msvm_VirtualSystemReferencePoint.VirtualSystemIdentifier, VirtualMachines.NameOf(vmId)));
        }
        catch (WmiException e) when (e.Code == WbemCode.InvalidClass)
        {
            return [];
        }
    }

    public static string IdOf(WmiObject referencePoint) => referencePoint.Get<string>(Msvm_VirtualSystemReferencePoint.InstanceID) ?? "";

    /// <summary>Fine when it is gone already.</summary>
    public async Task DestroyAsync(Guid vmId, string instanceId, CancellationToken cancellation)
    {
        if ((await OfAsync(vmId, cancellation)).FirstOrDefault(r => IdOf(r) == instanceId) is not { } point) return;
        if (point.Get<int>(Msvm_VirtualSystemReferencePoint.ReferencePointType) == (int)Msvm_VirtualSystemReferencePoint.ReferencePointTypeValue.LogBased)
        {
            logger.ReferencePointSpared(instanceId, vmId, "it belongs to Hyper-V Replica");
            return;
        }

        var service = await wmi.ServiceAsync(nameof(Msvm_VirtualSystemReferencePointService), cancellation);
        if (service is null) return;
        var started = time.GetTimestamp();
        while (true)
        {
            var outcome = await jobs.InvokeAsync(service.PathOf(), nameof(Msvm_VirtualSystemReferencePointService.DestroyReferencePoint), cancellation,
                (Msvm_VirtualSystemReferencePointService.DestroyReferencePoint.AffectedReferencePoint, point.PathOf()));
            if (outcome is { Ok: true, Vanished: false } || (await OfAsync(vmId, cancellation)).All(r => IdOf(r) != instanceId)) return;
            if (!outcome.Busy || time.GetElapsedTime(started) > options.MergeTimeLimit)
                throw HyperVProblems.Refused(outcome, "the removal of a reference point", "reference-point-not-removed", "It is tried again by itself.");
            await Task.Delay(BusyPause, time, cancellation);
        }
    }
}
