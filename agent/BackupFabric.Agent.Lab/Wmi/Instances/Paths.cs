using BackupFabric.Agent.Lab.DataCenter;

namespace BackupFabric.Agent.Lab.Wmi.Instances;

/// <summary>Object paths of what the lab makes.</summary>
internal static class Paths
{
    public static string System(string host, VmDocument vm) => System(host, vm.Id, vm.Planned);

    public static string System(string host, Guid vm, bool planned)
    {
        string className = planned ? "Msvm_PlannedComputerSystem" : "Msvm_ComputerSystem";
        return ObjectPath.Make(host, className, ("CreationClassName", className), ("Name", SettingIds.Guid(vm)));
    }

    public static string Settings(string host, Guid configuration) =>
        ObjectPath.Make(host, "Msvm_VirtualSystemSettingData", ("InstanceID", SettingIds.Settings(configuration)));

    public static string ReferencePoint(string host, VmDocument vm, VmReferencePoint point) =>
        ObjectPath.Make(host, "Msvm_VirtualSystemReferencePoint", ("InstanceID", SettingIds.Guid(point.Id)), ("VirtualSystemIdentifier", SettingIds.Guid(vm.Id)));

    public static string Job(string host, Guid job) => ObjectPath.Make(host, "Msvm_ConcreteJob", ("InstanceID", SettingIds.Guid(job)));

    public static string Switch(string host, LabSwitch lan) =>
        ObjectPath.Make(host, "Msvm_VirtualEthernetSwitch", ("CreationClassName", "Msvm_VirtualEthernetSwitch"), ("Name", SettingIds.Guid(lan.Id)));

    public static string Setting(string host, string className, string instanceId) => ObjectPath.Make(host, className, ("InstanceID", instanceId));
}
