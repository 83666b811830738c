using BackupFabric.Agent.Lab.DataCenter;

namespace BackupFabric.Agent.Lab.Wmi.Instances;

/// <summary>The host itself, its services and its switches.</summary>
internal static class HostInstances
{
    private static readonly string[] Services =
    [
        "Msvm_VirtualSystemManagementService",
        "Msvm_VirtualSystemSnapshotService",
        "Msvm_VirtualSystemReferencePointService",
        "Msvm_ImageManagementService",
    ];

    public static void Add(InstanceGraph graph, HostSnapshot snapshot)
    {
        graph.Add("Msvm_ComputerSystem", [("CreationClassName", "Msvm_ComputerSystem"), ("Name", snapshot.Host.Name)], new()
        {
            ["CreationClassName"] = "Msvm_ComputerSystem",
            ["Name"] = snapshot.Host.Name,
            ["ElementName"] = snapshot.Host.Name,
            ["Caption"] = "Hosting Computer System",
            ["Description"] = "Microsoft Hosting Computer System",
            ["EnabledState"] = (ushort)2,
            ["HealthState"] = (ushort)5,
            ["OperationalStatus"] = new ushort[] { 2 },
        });
        foreach (string service in Services.Where(graph.Has))
            AddService(graph, service, snapshot.Host.Name);
        foreach (LabSwitch lan in snapshot.Host.Switches)
            AddSwitch(graph, lan);
        AddServiceSettings(graph, snapshot.Host.Name);
    }

    private static void AddService(InstanceGraph graph, string className, string host) =>
        graph.Add(
            className,
            [("CreationClassName", className), ("Name", "vmms"), ("SystemCreationClassName", "Msvm_ComputerSystem"), ("SystemName", host)],
            new()
            {
                ["CreationClassName"] = className,
                ["Name"] = "vmms",
                ["SystemCreationClassName"] = "Msvm_ComputerSystem",
                ["SystemName"] = host,
                ["ElementName"] = "Hyper-V Virtual System Management Service",
                ["EnabledState"] = (ushort)2,
                ["HealthState"] = (ushort)5,
                ["OperationalStatus"] = new ushort[] { 2 },
                ["Started"] = true,
                ["Status"] = "OK",
            });

    private static void AddServiceSettings(InstanceGraph graph, string host) =>
        graph.Add("Msvm_VirtualSystemManagementServiceSettingData", [("InstanceID", $"Microsoft:{host}")], new()
        {
            ["InstanceID"] = $"Microsoft:{host}",
            ["ElementName"] = "Hyper-V Virtual System Management Service",
            ["DefaultExternalDataRoot"] = @"C:\VMs",
            ["DefaultVirtualHardDiskPath"] = @"C:\VMs\Virtual Hard Disks",
            ["NumaSpanningEnabled"] = true,
        });

    private static void AddSwitch(InstanceGraph graph, LabSwitch lan) =>
        graph.Add("Msvm_VirtualEthernetSwitch", [("CreationClassName", "Msvm_VirtualEthernetSwitch"), ("Name", SettingIds.Guid(lan.Id))], new()
        {
            ["CreationClassName"] = "Msvm_VirtualEthernetSwitch",
            ["Name"] = SettingIds.Guid(lan.Id),
            ["InstanceID"] = $"Microsoft:{SettingIds.Guid(lan.Id)}",
            ["ElementName"] = lan.Name,
            ["EnabledState"] = (ushort)2,
            ["HealthState"] = (ushort)5,
            ["OperationalStatus"] = new ushort[] { 2 },
        });
}
