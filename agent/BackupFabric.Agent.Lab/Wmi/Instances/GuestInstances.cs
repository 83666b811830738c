using BackupFabric.Agent.Lab.DataCenter;

namespace BackupFabric.Agent.Lab.Wmi.Instances;

/// <summary>The integration services of a VM.</summary>
internal static class GuestInstances
{
    private const ushort NoContact = 12;

    public static void Add(InstanceGraph graph, VmDocument vm, string system, string settings)
    {
        AddComponent(graph, vm, system, "Msvm_HeartbeatComponent", "Heartbeat", vm.Guest.HeartbeatStatus, []);
        AddComponent(graph, vm, system, "Msvm_VssComponent", "Backup (volume shadow copy)", vm.Guest.VssStatus, []);
        AddComponent(graph, vm, system, "Msvm_KvpExchangeComponent", "Key-Value Pair Exchange", 2, new()
        {
            ["GuestIntrinsicExchangeItems"] = vm.Running ? Intrinsic(graph, vm) : Array.Empty<string>(),
            ["GuestExchangeItems"] = Array.Empty<string>(),
        });
        AddSetting(graph, vm, settings, "Msvm_VssComponentSettingData", "Backup (volume shadow copy)");
        AddSetting(graph, vm, settings, "Msvm_HeartbeatComponentSettingData", "Heartbeat");
    }

    private static void AddComponent(InstanceGraph graph, VmDocument vm, string system, string className, string name, int status, Dictionary<string, object?> properties)
    {
        string id = $@"Microsoft:{SettingIds.Guid(vm.Id)}\{className}";
        properties["InstanceID"] = id;
        properties["CreationClassName"] = className;
        properties["SystemCreationClassName"] = "Msvm_ComputerSystem";
        properties["SystemName"] = SettingIds.Guid(vm.Id);
        properties["DeviceID"] = id;
        properties["ElementName"] = name;
        properties["EnabledState"] = (ushort)2;
        properties["HealthState"] = (ushort)5;
        properties["OperationalStatus"] = new[] { vm.Running ? (ushort)status : NoContact };
        string path = graph.Add(className, [("InstanceID", id)], properties);
        graph.Associate("Msvm_SystemDevice", ("GroupComponent", system), ("PartComponent", path));
    }

    private static void AddSetting(InstanceGraph graph, VmDocument vm, string settings, string className, string name)
    {
        string id = $@"Microsoft:{SettingIds.Guid(vm.Id)}\{className}";
        string path = graph.Add(className, [("InstanceID", id)], new()
        {
            ["InstanceID"] = id,
            ["ElementName"] = name,
            ["EnabledState"] = (ushort)2,
        });
        graph.Associate("Msvm_VirtualSystemSettingDataComponent", ("GroupComponent", settings), ("PartComponent", path));
    }

    private static string[] Intrinsic(InstanceGraph graph, VmDocument vm)
    {
        const string Item = "Msvm_KvpExchangeDataItem";
        return !graph.Has(Item)
            ? []
            :
            [
                Pair("OSName", vm.Guest.OperatingSystem),
                Pair("OSVersion", "10.0.20348"),
                Pair("FullyQualifiedDomainName", vm.Guest.ComputerName),
            ];

        string Pair(string name, string value) => EmbeddedText.Write(graph.Schema, Item, new Dictionary<string, object?>
        {
            ["Name"] = name,
            ["Data"] = value,
            ["Source"] = (ushort)2,
        });
    }
}
