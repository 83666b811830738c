using System.Globalization;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Wmi.Instances;
using BackupFabric.Agent.Lab.Wmi.Jobs;

namespace BackupFabric.Agent.Lab.Wmi.Methods;

/// <summary>Resources that come to an existing configuration: a drive, then the disk in it.</summary>
internal static class AddedResource
{
    private const ushort InvalidParameter = 32773;
    private const int DiskDrive = 17;

    /// <summary>Gives the path of what was added.</summary>
    public static string Add(MethodCall call, VmDocument vm, WmiObject given) => given.ClassName switch
    {
        "Msvm_ResourceAllocationSettingData" when given.Get<int>("ResourceType") == DiskDrive => AddDrive(call, vm, given),
        "Msvm_StorageAllocationSettingData" => AddDisk(call, vm, given),
        _ => throw new JobFailedException(InvalidParameter, $"The lab does not add {given.ClassName} of type {given.Get<int>("ResourceType").ToString(CultureInfo.InvariantCulture)}."),
    };

    private static string AddDrive(MethodCall call, VmDocument vm, WmiObject given)
    {
        VmController controller = vm.Settings.Controllers.FirstOrDefault(c => Is(given, SettingIds.Controller(vm.Id, c.Id)))
            ?? throw new JobFailedException(InvalidParameter, "The drive names no controller of the virtual machine as its parent.");
        int slot = int.Parse(given.Get<string>("AddressOnParent") ?? "0", CultureInfo.InvariantCulture);
        if (vm.Settings.Disks.Any(d => d.Controller == controller.Id && d.Slot == slot))
            throw new JobFailedException(InvalidParameter, $"The place {slot} of the controller is taken.");
        VmDisk disk = new() { Controller = controller.Id, Slot = slot };
        vm.Settings.Disks.Add(disk);
        return Paths.Setting(call.Host.Name, given.ClassName, SettingIds.Drive(vm.Id, disk));
    }

    private static string AddDisk(MethodCall call, VmDocument vm, WmiObject given)
    {
        VmDisk disk = vm.Settings.Disks.FirstOrDefault(d => d.Chain.Count == 0 && Is(given, SettingIds.Drive(vm.Id, d)))
            ?? throw new JobFailedException(InvalidParameter, "The disk names no empty drive of the virtual machine as its parent.");
        string path = First(given)
            ?? throw new JobFailedException(InvalidParameter, "The disk names no image in HostResource.");
        if (!File.Exists(call.Host.Volumes.ToLocal(path)))
            throw new JobFailedException(InvalidParameter, $"The virtual hard disk '{path}' was not found.");
        disk.Chain = [new(path, 0)];
        return Paths.Setting(call.Host.Name, given.ClassName, SettingIds.Disk(vm.Id, disk));
    }

    private static string? First(WmiObject given) => given.List<string>("HostResource") is { Count: > 0 } paths ? paths[0] : null;

    private static bool Is(WmiObject given, string parentId) =>
        given.Get<string>("Parent") is { } parent
        && ObjectPath.Parse(parent).Keys.Any(k => k.Value.Equals(parentId, StringComparison.OrdinalIgnoreCase));
}
