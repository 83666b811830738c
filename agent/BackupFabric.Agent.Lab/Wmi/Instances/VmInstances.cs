using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Storage;
using BackupFabric.Agent.Lab.Wmi.Jobs;

namespace BackupFabric.Agent.Lab.Wmi.Instances;

/// <summary>A VM, planned or real, with its configurations, checkpoints and reference points.</summary>
internal static class VmInstances
{
    private const ushort Enabled = 2;
    private const ushort Disabled = 3;
    private const ushort MergingDisks = 32772;

    public static void Add(InstanceGraph graph, HostSnapshot snapshot, VmDocument vm)
    {
        string system = AddSystem(graph, snapshot, vm);
        string type = vm.Planned ? "Microsoft:Hyper-V:System:Planned" : "Microsoft:Hyper-V:System:Realized";
        string settings = SettingInstances.Add(graph, vm, vm.Settings, vm.Id, type, vm.Created, parent: Newest(graph, vm));
        graph.Associate("Msvm_SettingsDefineState", ("ManagedElement", system), ("SettingData", settings));
        graph.Associate("Msvm_ElementSettingData", ("ManagedElement", system), ("SettingData", settings), ("IsCurrent", (ushort)1));
        if (!vm.Planned)
            GuestInstances.Add(graph, vm, system, settings);
        AddCheckpoints(graph, vm, system);
        if (graph.Has("Msvm_VirtualSystemReferencePoint"))
            vm.ReferencePoints.ForEach(p => AddReferencePoint(graph, vm, system, p));
        AddExportSettings(graph, vm, system);
    }

    /// <summary>OperationalStatus: the health first, then the operation that runs, if any.</summary>
    public static ushort[] Status(HostSnapshot snapshot, VmDocument vm)
    {
        int operation = snapshot.Jobs.FirstOrDefault(j => j.Vm == vm.Id && j.State == LabJob.Running && j.Operation != 0)?.Operation
            ?? (ChainMerge.IsDue(vm) ? MergingDisks : vm.Operation);
        return operation == 0 ? [2] : [2, (ushort)operation];
    }

    private static string? Newest(InstanceGraph graph, VmDocument vm) =>
        vm.Checkpoints.Count > 0 ? Paths.Settings(graph.Host, vm.Checkpoints[^1].Id) : null;

    private static string AddSystem(InstanceGraph graph, HostSnapshot snapshot, VmDocument vm)
    {
        string className = vm.Planned ? "Msvm_PlannedComputerSystem" : "Msvm_ComputerSystem";
        ushort[] status = Status(snapshot, vm);
        Dictionary<string, object?> properties = new()
        {
            ["CreationClassName"] = className,
            ["Name"] = SettingIds.Guid(vm.Id),
            ["ElementName"] = vm.Settings.Name,
            ["Caption"] = "Virtual Machine",
            ["Description"] = vm.Planned ? "Microsoft Planned Virtual Machine" : "Microsoft Virtual Machine",
            ["EnabledState"] = vm.Running ? Enabled : Disabled,
            ["RequestedState"] = (ushort)12,
            ["HealthState"] = (ushort)5,
            ["OperationalStatus"] = status,
            ["StatusDescriptions"] = status.Length == 1 ? new[] { "Operating normally" } : ["Operating normally", Describe(status[1])],
            ["InstallDate"] = Dmtf.Time(vm.Created),
            ["TimeOfLastConfigurationChange"] = Dmtf.Time(vm.Created),
            ["OnTimeInMilliseconds"] = 0UL,
        };
        if (!vm.Planned)
        {
            properties["ReplicationMode"] = (ushort)0;
            properties["ReplicationState"] = (ushort)0;
            properties["ReplicationHealth"] = (ushort)0;
        }

        return graph.Add(className, [("CreationClassName", className), ("Name", SettingIds.Guid(vm.Id))], properties);
    }

    private static string Describe(ushort operation) => operation switch
    {
        32768 => "Creating checkpoint",
        32770 => "Deleting checkpoint",
        MergingDisks => "Merging disks",
        32773 => "Exporting virtual machine",
        _ => "Busy",
    };

    private static void AddCheckpoints(InstanceGraph graph, VmDocument vm, string system)
    {
        string? parent = null;
        foreach (VmCheckpoint checkpoint in vm.Checkpoints)
        {
            string type = checkpoint.Recovery ? "Microsoft:Hyper-V:Snapshot:Recovery" : "Microsoft:Hyper-V:Snapshot:Realized";
            string path = SettingInstances.Add(graph, vm, checkpoint.Settings, checkpoint.Id, type, checkpoint.Created, parent);
            graph.Associate("Msvm_SnapshotOfVirtualSystem", ("Antecedent", system), ("Dependent", path));
            parent = path;
        }

        if (parent is not null)
            graph.Associate("Msvm_MostCurrentSnapshotInBranch", ("Antecedent", system), ("Dependent", parent));
    }

    private static void AddReferencePoint(InstanceGraph graph, VmDocument vm, string system, VmReferencePoint point)
    {
        string path = graph.Add(
            "Msvm_VirtualSystemReferencePoint",
            [("InstanceID", SettingIds.Guid(point.Id)), ("VirtualSystemIdentifier", SettingIds.Guid(vm.Id))],
            new()
            {
                ["InstanceID"] = SettingIds.Guid(point.Id),
                ["VirtualSystemIdentifier"] = SettingIds.Guid(vm.Id),
                ["ElementName"] = $"{vm.Settings.Name} - {point.Created:u}",
                ["ConsistencyLevel"] = (ushort)point.Consistency,
                ["ReferencePointType"] = (ushort)2,
                ["HasAssociatedData"] = false,
                ["VirtualDiskIdentifiers"] = point.Disks.Select(d => d.DiskIdentifier).ToArray(),
                ["ResilientChangeTrackingIdentifiers"] = point.Disks.Select(d => d.TrackingId).ToArray(),
            });
        graph.Associate("Msvm_ReferencePointOfVirtualSystem", ("Antecedent", system), ("Dependent", path));
    }

    private static void AddExportSettings(InstanceGraph graph, VmDocument vm, string system)
    {
        if (vm.Planned)
            return;
        string id = $"Microsoft:{SettingIds.Guid(vm.Id)}";
        string path = graph.Add("Msvm_VirtualSystemExportSettingData", [("InstanceID", id)], new()
        {
            ["InstanceID"] = id,
            ["ElementName"] = vm.Settings.Name,
            ["CopySnapshotConfiguration"] = (byte)0,
            ["CopyVmRuntimeInformation"] = true,
            ["CopyVmStorage"] = true,
            ["CreateVmExportSubdirectory"] = true,
            ["BackupIntent"] = (byte)0,
            ["CaptureLiveState"] = (byte)0,
        });
        graph.Associate("Msvm_SystemExportSettingData", ("ManagedElement", system), ("SettingData", path), ("IsDefault", (ushort)1));
    }
}
