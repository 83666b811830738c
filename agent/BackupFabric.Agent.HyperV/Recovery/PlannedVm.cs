using BackupFabric.Agent.HyperV.Inventory;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Wmi;

namespace BackupFabric.Agent.HyperV.Recovery;

/// <summary>
/// A definition imported as a planned VM, which Hyper-V Manager does not show: it is put right (paths, switches, name), validated, and made real.
/// </summary>
internal sealed class PlannedVm(HostServices host, RecoveryPlan plan, WmiObject service, WmiObject system)
{
    private IWmi Wmi => host.Seams.Virtualization;

    public string SystemId => system.Get<string>(Msvm_PlannedComputerSystem.Name) ?? "";

    /// <summary>Not cancellable: a planned VM of which nobody knows stays for good.</summary>
    public static async Task<PlannedVm> ImportAsync(HostServices host, RecoveryPlan plan, string importFolder, IReadOnlyCollection<string> known)
    {
        var service = await host.Seams.Virtualization.ServiceAsync(nameof(Msvm_VirtualSystemManagementService), CancellationToken.None)
            ?? throw HyperVProblems.From(new WmiException(nameof(Msvm_VirtualSystemManagementService), WbemCode.InvalidNamespace));
        var snapshots = plan.Configuration.Files.Any(f => f.Name.StartsWith(RecoveryPlan.SnapshotFolder + "/", StringComparison.OrdinalIgnoreCase) && f.Name != plan.Definition);
        var outcome = await host.Jobs.InvokeAsync(service.PathOf(), nameof(Msvm_VirtualSystemManagementService.ImportSystemDefinition), CancellationToken.None,
            (Msvm_VirtualSystemManagementService.ImportSystemDefinition.SystemDefinitionFile, HostPath.Join(importFolder, plan.Definition.Replace('/', '\\'))),
            (Msvm_VirtualSystemManagementService.ImportSystemDefinition.SnapshotFolder, snapshots ? HostPath.Join(importFolder, RecoveryPlan.SnapshotFolder) : ""),
            (Msvm_VirtualSystemManagementService.ImportSystemDefinition.GenerateNewSystemIdentifier, plan.NewIdentity));
        if (!outcome.Ok) throw Refused(outcome, "the import of the VM's definition");
        var imported = outcome.Vanished ? null : await host.Jobs.ResultAsync(outcome, Msvm_VirtualSystemManagementService.ImportSystemDefinition.ImportedSystem,
            nameof(Msvm_PlannedComputerSystem), CancellationToken.None);
        return new(host, plan, service, imported ?? await AppearedAsync(host, known) ?? throw Refused(outcome, "the import of the VM's definition"));
    }

    public static async Task<WmiObject?> AppearedAsync(HostServices host, IReadOnlyCollection<string> known)
    {
        var appeared = (await host.Seams.Virtualization.ListAsync(nameof(Msvm_PlannedComputerSystem), CancellationToken.None))
            .Where(p => p.Get<string>(Msvm_PlannedComputerSystem.Name) is { } name && !known.Contains(name, StringComparer.OrdinalIgnoreCase)).ToList();
        return appeared.Count == 1 ? appeared[0] : null;
    }

    public async Task FixAsync(CancellationToken cancellation)
    {
        var settings = await SettingsAsync(cancellation);
        await InvokeAsync("the change of the VM's name and folders", nameof(Msvm_VirtualSystemManagementService.ModifySystemSettings), cancellation,
            (Msvm_VirtualSystemManagementService.ModifySystemSettings.SystemSettings, settings.With(
                (Msvm_VirtualSystemSettingData.ElementName, plan.Name),
                (Msvm_VirtualSystemSettingData.ConfigurationDataRoot, plan.Folder),
                (Msvm_VirtualSystemSettingData.SnapshotDataRoot, plan.Folder),
                (Msvm_VirtualSystemSettingData.SwapFileDataRoot, plan.Folder))));

        settings = await SettingsAsync(cancellation);
        await FixStorageAsync(settings, cancellation);
        await FixNetworkAsync(settings, keepConnected: true, cancellation);
    }

    /// <summary>
    /// The host names everything that is wrong. What can be wrong on a host that is not the original one is the network: then the adapters are
    /// disconnected and it is asked once more. The rest is for the operator.
    /// </summary>
    public async Task ValidateAsync(CancellationToken cancellation)
    {
        var outcome = await ValidateOnceAsync(cancellation);
        if (outcome.Ok) return;
        host.Logger.RecoveredWith(plan.Name, $"the host found fault with it ({outcome.Text}); its network adapters are disconnected");
        await FixNetworkAsync(await SettingsAsync(cancellation), keepConnected: false, cancellation);
        outcome = await ValidateOnceAsync(cancellation);
        if (!outcome.Ok) throw Refused(outcome, "the recovered VM");
    }

    /// <summary>Not cancellable, for the reason of the import.</summary>
    public async Task<Guid> RealizeAsync()
    {
        var outcome = await host.Jobs.InvokeAsync(service.PathOf(), nameof(Msvm_VirtualSystemManagementService.RealizePlannedSystem), CancellationToken.None,
            (Msvm_VirtualSystemManagementService.RealizePlannedSystem.PlannedSystem, system.PathOf()));
        if (!outcome.Ok) throw Refused(outcome, "the recovered VM");
        var realized = outcome.Vanished ? null : await host.Jobs.ResultAsync(outcome, Msvm_VirtualSystemManagementService.RealizePlannedSystem.ResultingSystem,
            nameof(Msvm_ComputerSystem), CancellationToken.None);
        var id = VirtualMachines.IdOf(realized?.Get<string>(Msvm_ComputerSystem.Name)) ?? VirtualMachines.IdOf(SystemId);
        return id is { } vmId && await host.Machines.SystemAsync(vmId, CancellationToken.None) is not null ? vmId : throw Refused(outcome, "the recovered VM");
    }

    private async Task FixStorageAsync(WmiObject settings, CancellationToken cancellation)
    {
        var storage = await Reading.AttachedStorage.OfAsync(Wmi, settings, cancellation);
        var changed = new List<WmiObject>();
        var unwanted = new List<string>();
        foreach (var disk in storage.Disks)
        {
            if (PlanOf(disk) is { } planned) changed.Add(disk.Settings.With((Msvm_StorageAllocationSettingData.HostResource, new[] { planned.Path })));
            else unwanted.Add(disk.Settings.PathOf());
        }

        unwanted.AddRange(await MissingMediaAsync(settings, cancellation));
        if (changed.Count > 0)
        {
            await InvokeAsync("the change of the disks' paths", nameof(Msvm_VirtualSystemManagementService.ModifyResourceSettings), cancellation,
                (Msvm_VirtualSystemManagementService.ModifyResourceSettings.ResourceSettings, changed.ToArray()));
        }

        if (unwanted.Count == 0) return;
        host.Logger.RecoveredWith(plan.Name, $"{unwanted.Count} disks or media that the recovery point does not hold were taken out");
        var outcome = await host.Jobs.InvokeAsync(service.PathOf(), nameof(Msvm_VirtualSystemManagementService.RemoveResourceSettings), cancellation,
            (Msvm_VirtualSystemManagementService.RemoveResourceSettings.ResourceSettings, unwanted.ToArray()));
        // The validation that follows names what stands in the way, in the host's own words.
        if (!outcome.Ok) host.Logger.RecoveredWith(plan.Name, outcome.Text);
    }

    private PlannedDisk? PlanOf(Reading.AttachedDisk disk) =>
        plan.Disks.FirstOrDefault(d => d.OriginalPath.Length > 0 && string.Equals(d.OriginalPath, disk.Path, StringComparison.OrdinalIgnoreCase))
        ?? plan.Disks.FirstOrDefault(d => d.Location.Length > 0 && d.Location == disk.Location);

    /// <summary>ISO and floppy images of the original host that are not here would fail the validation.</summary>
    private async Task<IEnumerable<string>> MissingMediaAsync(WmiObject settings, CancellationToken cancellation)
    {
        var images = await Wmi.AssociatorsAsync(settings.PathOf(), nameof(Msvm_VirtualSystemSettingDataComponent), nameof(Msvm_StorageAllocationSettingData), cancellation);
        return images
            .Where(i => i.Get<string>(Msvm_StorageAllocationSettingData.ResourceSubType) != Msvm_StorageAllocationSettingData.ResourceSubTypeText.VirtualHardDisk)
            .Where(i => i.List<string>(Msvm_StorageAllocationSettingData.HostResource) is [{ Length: > 0 } path, ..] && !host.Seams.Files.FileExists(path))
            .Select(i => i.PathOf());
    }

    /// <summary>An adapter goes to the switch of the same name; where there is none it stays, disconnected.</summary>
    private async Task FixNetworkAsync(WmiObject settings, bool keepConnected, CancellationToken cancellation)
    {
        var ports = await Wmi.AssociatorsAsync(settings.PathOf(), nameof(Msvm_VirtualSystemSettingDataComponent), nameof(Msvm_EthernetPortAllocationSettingData), cancellation);
        if (ports.Count == 0) return;
        var switches = await Wmi.ListAsync(nameof(Msvm_VirtualEthernetSwitch), cancellation);
        var changed = ports.Where(WasConnected).Select(port =>
        {
            var target = keepConnected ? SwitchFor(port, switches) : null;
            if (target is null) host.Logger.RecoveredWith(plan.Name, $"a network adapter is disconnected: this host has no switch '{port.Get<string>(Msvm_EthernetPortAllocationSettingData.LastKnownSwitchName)}'");
            return port.With(
                (Msvm_EthernetPortAllocationSettingData.HostResource, target is null ? Array.Empty<string>() : new[] { target.PathOf() }),
                (Msvm_EthernetPortAllocationSettingData.EnabledState, (ushort)(target is null
                    ? Msvm_EthernetPortAllocationSettingData.EnabledStateValue.Disabled : Msvm_EthernetPortAllocationSettingData.EnabledStateValue.Enabled)));
        }).ToArray();
        if (changed.Length == 0) return;
        await InvokeAsync("the change of the network adapters", nameof(Msvm_VirtualSystemManagementService.ModifyResourceSettings), cancellation,
            (Msvm_VirtualSystemManagementService.ModifyResourceSettings.ResourceSettings, changed));
    }

    private static bool WasConnected(WmiObject port) => port.List<string>(Msvm_EthernetPortAllocationSettingData.HostResource) is [{ Length: > 0 }, ..];

    private static WmiObject? SwitchFor(WmiObject port, IReadOnlyList<WmiObject> switches)
    {
        var path = port.List<string>(Msvm_EthernetPortAllocationSettingData.HostResource)[0];
        var name = port.Get<string>(Msvm_EthernetPortAllocationSettingData.LastKnownSwitchName);
        return switches.FirstOrDefault(s => WmiPath.KeyOf(path, Msvm_VirtualEthernetSwitch.Name) is { } id
                && string.Equals(s.Get<string>(Msvm_VirtualEthernetSwitch.Name), id, StringComparison.OrdinalIgnoreCase))
            ?? switches.FirstOrDefault(s => !string.IsNullOrEmpty(name) && s.Get<string>(Msvm_VirtualEthernetSwitch.ElementName) == name);
    }

    private async Task<WmiObject> SettingsAsync(CancellationToken cancellation) =>
        await Wmi.AssociatorsAsync(system.PathOf(), nameof(Msvm_SettingsDefineState), nameof(Msvm_VirtualSystemSettingData), cancellation) is [var settings, ..]
            ? settings : throw HyperVProblems.ConfigurationDamaged("the imported VM has no settings");

    private Task<CallOutcome> ValidateOnceAsync(CancellationToken cancellation) =>
        host.Jobs.InvokeAsync(service.PathOf(), nameof(Msvm_VirtualSystemManagementService.ValidatePlannedSystem), cancellation,
            (Msvm_VirtualSystemManagementService.ValidatePlannedSystem.PlannedSystem, system.PathOf()));

    private async Task InvokeAsync(string doing, string method, CancellationToken cancellation, params (string Parameter, object? Value)[] arguments)
    {
        var outcome = await host.Jobs.InvokeAsync(service.PathOf(), method, cancellation, arguments);
        if (!outcome.Ok) throw Refused(outcome, doing);
    }

    private static Protos.Problems.ProblemException Refused(CallOutcome outcome, string doing) => HyperVProblems.Refused(outcome, doing, "recovery-refused",
        "Read the host's reason; the recovery point itself is not affected. Another host or folder may take the VM.", Protos.V1.RetryClass.AfterOperatorActs);
}
