using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Wmi;

namespace BackupFabric.Agent.HyperV.Inventory;

/// <summary>Finds VMs and their checkpoints. A VM is its GUID; names are labels and not unique.</summary>
internal sealed class VirtualMachines(IWmi wmi)
{
    public async Task<IReadOnlyList<HostVm>> ListAsync(CancellationToken cancellation)
    {
        var settings = (await wmi.ListAsync(nameof(Msvm_VirtualSystemSettingData), cancellation,
                (Msvm_VirtualSystemSettingData.VirtualSystemType, Msvm_VirtualSystemSettingData.VirtualSystemTypeText.Realized)))
            .Select(s => (Id: IdOf(s.Get<string>(Msvm_VirtualSystemSettingData.VirtualSystemIdentifier)), Settings: s))
            .Where(s => s.Id is not null).ToLookup(s => s.Id!.Value, s => s.Settings);

        var vms = new List<HostVm>();
        foreach (var system in await wmi.ListAsync(nameof(Msvm_ComputerSystem), cancellation))
        {
            // The host itself is listed too; its Caption is localised, but its name is no GUID. A VM without settings is just going away.
            if (IdOf(system.Get<string>(Msvm_ComputerSystem.Name)) is { } id && settings[id].FirstOrDefault() is { } active) vms.Add(new(id, system, active));
        }

        return vms;
    }

    public async Task<HostVm?> FindAsync(Guid vmId, CancellationToken cancellation)
    {
        if (await SystemAsync(vmId, cancellation) is not { } system) return null;
        var settings = await wmi.FirstAsync(nameof(Msvm_VirtualSystemSettingData), cancellation,
            (Msvm_VirtualSystemSettingData.VirtualSystemIdentifier, NameOf(vmId)),
            (Msvm_VirtualSystemSettingData.VirtualSystemType, Msvm_VirtualSystemSettingData.VirtualSystemTypeText.Realized));
        return settings is null ? null : new(vmId, system, settings);
    }

    public Task<WmiObject?> SystemAsync(Guid vmId, CancellationToken cancellation) =>
        wmi.FirstAsync(nameof(Msvm_ComputerSystem), cancellation, (Msvm_ComputerSystem.Name, NameOf(vmId)));

    /// <summary>Recovery checkpoints, of one VM or of all.</summary>
    public async Task<IReadOnlyList<RecoveryCheckpoint>> RecoveryCheckpointsAsync(Guid? vmId, CancellationToken cancellation)
    {
        var type = (Msvm_VirtualSystemSettingData.VirtualSystemType, Msvm_VirtualSystemSettingData.VirtualSystemTypeText.RecoveryCheckpoint);
        var found = vmId is { } id
            ? await wmi.ListAsync(nameof(Msvm_VirtualSystemSettingData), cancellation, (Msvm_VirtualSystemSettingData.VirtualSystemIdentifier, NameOf(id)), type)
            : await wmi.ListAsync(nameof(Msvm_VirtualSystemSettingData), cancellation, type);
        return [.. found.Select(RecoveryCheckpoint.Of).OfType<RecoveryCheckpoint>()];
    }

    /// <summary>The VM GUID as Hyper-V writes it: upper case, no braces.</summary>
    public static string NameOf(Guid vmId) => vmId.ToString("D").ToUpperInvariant();

    public static Guid? IdOf(string? name) => Guid.TryParseExact(name, "D", out var id) ? id : null;
}
