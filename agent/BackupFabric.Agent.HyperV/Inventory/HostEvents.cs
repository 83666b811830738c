using System.Runtime.CompilerServices;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Wmi;
using BackupFabric.Agent.Ports;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.HyperV.Inventory;

/// <summary>Hints that VMs changed: from WMI's events where the host gives them, from comparing sweeps where it does not.</summary>
internal sealed class HostEvents(IWmi wmi, VirtualMachines machines, HyperVOptions options, TimeProvider time, ILogger logger)
{
    // WMI's own classes and properties; the provider's schema does not hold them.
    private const string Deleted = "__InstanceDeletionEvent";
    private const string TargetInstance = "TargetInstance";
    private const string Query = "SELECT * FROM __InstanceOperationEvent WITHIN 2 WHERE TargetInstance ISA '" + nameof(Msvm_ComputerSystem) + "'";

    public async IAsyncEnumerable<HostChange> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            await foreach (var change in SubscribedAsync(cancellation)) yield return change;
            // Events ended: sweep for a while, then try them again.
            await foreach (var change in SweptAsync(cancellation)) yield return change;
        }
    }

    private async IAsyncEnumerable<HostChange> SubscribedAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var events = wmi.SubscribeAsync(Query, cancellation).GetAsyncEnumerator(cancellation);
        while (true)
        {
            WmiObject happened;
            try
            {
                if (!await events.MoveNextAsync()) yield break;
                happened = events.Current;
            }
            catch (WmiException e)
            {
                logger.EventsNotAvailable(e.Message, options.ChangePoll);
                yield break;
            }

            var system = happened.Embedded(TargetInstance) is [var instance, ..] ? instance : happened;
            if (VirtualMachines.IdOf(system.Get<string>(Msvm_ComputerSystem.Name)) is { } vmId)
                yield return new(happened.ClassName == Deleted ? HostChangeKind.Gone : HostChangeKind.Changed, vmId);
        }
    }

    private async IAsyncEnumerable<HostChange> SweptAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        const int sweepsUntilNextTry = 20;
        var before = await LookAsync(cancellation);
        for (var i = 0; i < sweepsUntilNextTry; i++)
        {
            await Task.Delay(options.ChangePoll, time, cancellation);
            var now = await LookAsync(cancellation);
            if (now is null) continue;
            foreach (var (vmId, face) in now)
            {
                if (before is null || !before.TryGetValue(vmId, out var old) || old != face) yield return new(HostChangeKind.Changed, vmId);
            }

            foreach (var vmId in before?.Keys.Except(now.Keys) ?? []) yield return new(HostChangeKind.Gone, vmId);
            before = now;
        }
    }

    /// <summary>Null when the host does not answer just now.</summary>
    private async Task<Dictionary<Guid, string>?> LookAsync(CancellationToken cancellation)
    {
        try
        {
            return (await machines.ListAsync(cancellation)).ToDictionary(vm => vm.Id, Face);
        }
        catch (WmiException)
        {
            return null;
        }
    }

    private static string Face(HostVm vm) => string.Join('|',
        vm.Name, vm.EnabledState, vm.ReplicaRole, vm.System.Get<string>(Msvm_ComputerSystem.TimeOfLastConfigurationChange),
        vm.Settings.Get<string>(Msvm_VirtualSystemSettingData.Version), vm.Settings.Get<string>(Msvm_VirtualSystemSettingData.ConfigurationDataRoot));
}
