using System.Globalization;
using BackupFabric.Agent.Lab.DataCenter;

namespace BackupFabric.Agent.Lab.Wmi.Instances;

/// <summary>One configuration and the resources in it.</summary>
internal static class SettingInstances
{
    public static string Add(InstanceGraph graph, VmDocument vm, VmSettings settings, Guid id, string type, DateTimeOffset created, string? parent)
    {
        string path = graph.Add("Msvm_VirtualSystemSettingData", [("InstanceID", SettingIds.Settings(id))], new()
        {
            ["InstanceID"] = SettingIds.Settings(id),
            ["VirtualSystemIdentifier"] = SettingIds.Guid(vm.Id),
            ["VirtualSystemType"] = type,
            ["VirtualSystemSubType"] = $"Microsoft:Hyper-V:SubType:{settings.Generation.ToString(CultureInfo.InvariantCulture)}",
            ["ElementName"] = type.Contains("Snapshot", StringComparison.Ordinal) ? $"{settings.Name} - Backup - ({created:u})" : settings.Name,
            ["Caption"] = "Virtual Machine Settings",
            ["ConfigurationID"] = SettingIds.Guid(id),
            ["ConfigurationDataRoot"] = settings.ConfigurationRoot,
            ["ConfigurationFile"] = settings.ConfigurationFile,
            ["SnapshotDataRoot"] = settings.SnapshotRoot,
            ["SwapFileDataRoot"] = settings.SwapRoot,
            ["SuspendDataRoot"] = settings.ConfigurationRoot,
            ["LogDataRoot"] = settings.ConfigurationRoot,
            ["GuestStateDataRoot"] = settings.GuestStateFile is null ? null : settings.ConfigurationRoot,
            ["GuestStateFile"] = settings.GuestStateFile,
            ["Version"] = settings.Version,
            ["UserSnapshotType"] = (ushort)settings.UserSnapshotType,
            ["CreationTime"] = Dmtf.Time(created),
            ["Notes"] = settings.Notes.ToArray(),
            ["BIOSGUID"] = $"{{{SettingIds.Guid(settings.BiosId)}}}",
            ["IncrementalBackupEnabled"] = false,
            ["IsSaved"] = false,
            ["IsAutomaticSnapshot"] = false,
            ["AutomaticStartupAction"] = (ushort)2,
            ["AutomaticShutdownAction"] = (ushort)3,
            ["SecureBootEnabled"] = settings.Generation == 2,
            ["Parent"] = parent,
        });
        foreach (VmController controller in settings.Controllers)
            AddController(graph, id, path, controller);
        foreach (VmDisk disk in settings.Disks)
            AddDisk(graph, id, path, disk);
        foreach (VmAdapter adapter in settings.Adapters)
            AddAdapter(graph, id, path, adapter);
        return path;
    }

    private static void AddController(InstanceGraph graph, Guid id, string settings, VmController controller)
    {
        bool ide = controller.Kind == "ide";
        Component(graph, settings, "Msvm_ResourceAllocationSettingData", SettingIds.Controller(id, controller.Id), new()
        {
            ["ElementName"] = ide ? $"IDE Controller {controller.Number}" : "SCSI Controller",
            ["ResourceType"] = (ushort)(ide ? 5 : 6),
            ["ResourceSubType"] = ide ? "Microsoft:Hyper-V:Emulated IDE Controller" : "Microsoft:Hyper-V:Synthetic SCSI Controller",
            ["Address"] = controller.Number.ToString(CultureInfo.InvariantCulture),
            ["VirtualQuantity"] = 1UL,
        });
    }

    private static void AddDisk(InstanceGraph graph, Guid id, string settings, VmDisk disk)
    {
        string controller = Paths.Setting(graph.Host, "Msvm_ResourceAllocationSettingData", SettingIds.Controller(id, disk.Controller));
        string drive = Component(graph, settings, "Msvm_ResourceAllocationSettingData", SettingIds.Drive(id, disk), new()
        {
            ["ElementName"] = "Hard Drive",
            ["ResourceType"] = (ushort)17,
            ["ResourceSubType"] = "Microsoft:Hyper-V:Synthetic Disk Drive",
            ["Parent"] = controller,
            ["AddressOnParent"] = disk.Slot.ToString(CultureInfo.InvariantCulture),
            ["VirtualQuantity"] = 1UL,
        });
        if (disk.Chain.Count == 0)
            return;
        Component(graph, settings, "Msvm_StorageAllocationSettingData", SettingIds.Disk(id, disk), new()
        {
            ["ElementName"] = "Hard Disk Image",
            ["ResourceType"] = (ushort)31,
            ["ResourceSubType"] = "Microsoft:Hyper-V:Virtual Hard Disk",
            ["HostResource"] = new[] { disk.Path },
            ["Parent"] = drive,
            ["Access"] = (ushort)3,
            ["PersistentReservationsSupported"] = false,
            ["VirtualQuantity"] = 1UL,
        });
    }

    private static void AddAdapter(InstanceGraph graph, Guid id, string settings, VmAdapter adapter)
    {
        string port = Component(graph, settings, "Msvm_SyntheticEthernetPortSettingData", SettingIds.Adapter(id, adapter), new()
        {
            ["ElementName"] = adapter.Name,
            ["ResourceType"] = (ushort)10,
            ["ResourceSubType"] = "Microsoft:Hyper-V:Synthetic Ethernet Port",
            ["Address"] = adapter.Mac,
            ["StaticMacAddress"] = adapter.StaticMac,
            ["VirtualSystemIdentifiers"] = new[] { $"{{{SettingIds.Guid(adapter.Id)}}}" },
            ["VirtualQuantity"] = 1UL,
        });
        Component(graph, settings, "Msvm_EthernetPortAllocationSettingData", SettingIds.Connection(id, adapter), new()
        {
            ["ElementName"] = adapter.Name,
            ["ResourceType"] = (ushort)33,
            ["ResourceSubType"] = "Microsoft:Hyper-V:Ethernet Connection",
            ["EnabledState"] = (ushort)(adapter.Connected ? 2 : 3),
            ["HostResource"] = adapter.Connected ? new[] { adapter.SwitchPath } : [],
            ["LastKnownSwitchName"] = adapter.SwitchName,
            ["Parent"] = port,
            ["VirtualQuantity"] = 1UL,
        });
    }

    private static string Component(InstanceGraph graph, string settings, string className, string instanceId, Dictionary<string, object?> properties)
    {
        properties["InstanceID"] = instanceId;
        string path = graph.Add(className, [("InstanceID", instanceId)], properties);
        graph.Associate("Msvm_VirtualSystemSettingDataComponent", ("GroupComponent", settings), ("PartComponent", path));
        return path;
    }
}
