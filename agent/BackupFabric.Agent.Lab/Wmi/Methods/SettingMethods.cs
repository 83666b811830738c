using System.Globalization;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Storage;
using BackupFabric.Agent.Lab.Wmi.Instances;
using BackupFabric.Agent.Lab.Wmi.Jobs;

namespace BackupFabric.Agent.Lab.Wmi.Methods;

/// <summary>Msvm_VirtualSystemManagementService: changing configurations.</summary>
internal static class SettingMethods
{
    private const ushort ModifySystemJob = 2;
    private const ushort AddResourcesJob = 30;
    private const ushort ModifyResourcesJob = 31;
    private const ushort RemoveResourcesJob = 32;
    private const ushort InvalidParameter = 32773;
    private const ushort InvalidState = 32775;

    public static WmiObject ModifySystem(MethodCall call)
    {
        WmiObject? given = call.Embedded("SystemSettings");
        if (given is not null && CheckpointOf(call, given) is { } found)
            return RenameCheckpoint(call, found.Vm, found.Checkpoint.Id, given);
        if (given is null || VmOf(call, given) is not { } vm)
            return MethodCall.Answer(MethodCall.InvalidParameter);
        return call.Start(ModifySystemJob, "Modifying Virtual Machine", vm, async (job, cancellation) =>
        {
            using VmSession session = await VmSession.OpenAsync(call.Host, vm.Id, cancellation);
            Apply(session.Vm, given);
            session.Save();
            job.Affects(Paths.Settings(call.Host.Name, vm.Id));
        });
    }

    public static WmiObject ModifyResources(MethodCall call)
    {
        IReadOnlyList<WmiObject> given = call.EmbeddedList("ResourceSettings");
        VmDocument? vm = given.Count == 0 ? null : VmOf(call, given[0]);
        if (vm is null || given.Any(g => VmOf(call, g)?.Id != vm.Id))
            return MethodCall.Answer(MethodCall.InvalidParameter);
        return call.Start(ModifyResourcesJob, "Modifying Virtual Machine Resources", vm, async (job, cancellation) =>
        {
            using VmSession session = await VmSession.OpenAsync(call.Host, vm.Id, cancellation);
            foreach (WmiObject resource in given)
            {
                Modify(call, session.Vm, resource);
                job.Affects(Paths.Setting(call.Host.Name, resource.ClassName, resource.Get<string>("InstanceID")!));
            }

            session.Save();
        });
    }

    public static WmiObject AddResources(MethodCall call)
    {
        if (call.Configuration("AffectedConfiguration") is not { } found || found.Configuration != found.Vm.Id)
            return MethodCall.Answer(MethodCall.InvalidParameter);
        IReadOnlyList<WmiObject> given = call.EmbeddedList("ResourceSettings");
        return call.Start(AddResourcesJob, "Adding Virtual Machine Resources", found.Vm, async (job, cancellation) =>
        {
            using VmSession session = await VmSession.OpenAsync(call.Host, found.Vm.Id, cancellation);
            foreach (WmiObject resource in given)
                job.Affects(AddedResource.Add(call, session.Vm, resource));
            session.Save();
        });
    }

    public static WmiObject RemoveResources(MethodCall call)
    {
        List<WmiObject> unwanted = [.. call.Texts("ResourceSettings").Select(call.Graph.Find).OfType<WmiObject>()];
        VmDocument? vm = unwanted.Count == 0 ? null : VmOf(call, unwanted[0]);
        if (vm is null || unwanted.Any(u => VmOf(call, u)?.Id != vm.Id))
            return MethodCall.Answer(MethodCall.InvalidParameter);
        return call.Start(RemoveResourcesJob, "Removing Virtual Machine Resources", vm, async (_, cancellation) =>
        {
            using VmSession session = await VmSession.OpenAsync(call.Host, vm.Id, cancellation);
            foreach (string id in unwanted.Select(u => u.Get<string>("InstanceID") ?? ""))
                Remove(session.Vm, id);
            session.Save();
        });
    }

    /// <summary>Of a checkpoint only the name can be changed.</summary>
    private static WmiObject RenameCheckpoint(MethodCall call, VmDocument vm, Guid checkpointId, WmiObject given) =>
        call.Start(ModifySystemJob, "Modifying Virtual Machine Checkpoint", vm, async (job, cancellation) =>
        {
            using VmSession session = await VmSession.OpenAsync(call.Host, vm.Id, cancellation);
            if (session.Vm.Checkpoints.FirstOrDefault(c => c.Id == checkpointId) is not { } checkpoint)
                return;
            checkpoint.Settings.Name = given.Get<string>("ElementName") ?? checkpoint.Settings.Name;
            session.Save();
            job.Affects(Paths.Settings(call.Host.Name, checkpointId));
        });

    private static (VmDocument Vm, VmCheckpoint Checkpoint)? CheckpointOf(MethodCall call, WmiObject given)
    {
        string id = given.Get<string>("InstanceID") ?? "";
        foreach (VmDocument vm in call.Host.Vms())
        {
            if (vm.Checkpoints.FirstOrDefault(c => Same(SettingIds.Settings(c.Id), id)) is { } checkpoint)
                return (vm, checkpoint);
        }

        return null;
    }

    /// <summary>The VM whose running or planned configuration an embedded instance belongs to.</summary>
    private static VmDocument? VmOf(MethodCall call, WmiObject given)
    {
        string id = given.Get<string>("InstanceID") ?? "";
        const string Prefix = "Microsoft:";
        return id.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            && Guid.TryParse(id[Prefix.Length..].Split('\\')[0], out Guid vm)
                ? call.Host.FindVm(vm)
                : null;
    }

    private static void Apply(VmDocument vm, WmiObject given)
    {
        VmSettings settings = vm.Settings;
        settings.Name = given.Get<string>("ElementName") ?? settings.Name;
        if (given.Get<int?>("UserSnapshotType") is { } type and > 0)
            settings.UserSnapshotType = type;
        if (given.Properties.ContainsKey("Notes"))
            settings.Notes = [.. given.List<string>("Notes")];
        settings.ConfigurationRoot = Root(vm, "ConfigurationDataRoot", settings.ConfigurationRoot, given);
        settings.SnapshotRoot = Root(vm, "SnapshotDataRoot", settings.SnapshotRoot, given);
        settings.SwapRoot = Root(vm, "SwapFileDataRoot", settings.SwapRoot, given);
    }

    private static string Root(VmDocument vm, string property, string now, WmiObject given)
    {
        string? wanted = given.Get<string>(property)?.TrimEnd('\\');
        if (string.IsNullOrEmpty(wanted) || wanted.Equals(now, StringComparison.OrdinalIgnoreCase))
            return now;
        return vm.Planned
            ? wanted
            : throw new JobFailedException(InvalidState, $"The {property} of '{vm.Settings.Name}' cannot be changed here; move the virtual machine instead.");
    }

    /// <summary>A disk leaves its drive; a drive goes with its disk; an adapter goes with its connection.</summary>
    private static void Remove(VmDocument vm, string id)
    {
        VmDisk? disk = vm.Settings.Disks.FirstOrDefault(d => Same(SettingIds.Disk(vm.Id, d), id) || Same(SettingIds.Drive(vm.Id, d), id));
        if (disk is not null && (vm.Running || vm.Checkpoints.Count > 0))
            throw new JobFailedException(InvalidState, $"The disk '{disk.Path}' of '{vm.Settings.Name}' is in use.");
        disk?.Chain.Clear();
        vm.Settings.Disks.RemoveAll(d => Same(SettingIds.Drive(vm.Id, d), id));
        vm.Settings.Adapters.RemoveAll(a => Same(SettingIds.Adapter(vm.Id, a), id) || Same(SettingIds.Connection(vm.Id, a), id));
    }

    private static void Modify(MethodCall call, VmDocument vm, WmiObject given)
    {
        string id = given.Get<string>("InstanceID") ?? "";
        switch (given.ClassName)
        {
            case "Msvm_StorageAllocationSettingData":
                ModifyDisk(vm, vm.Settings.Disks.FirstOrDefault(d => Same(SettingIds.Disk(vm.Id, d), id)) ?? throw NotFound(id), given);
                break;
            case "Msvm_EthernetPortAllocationSettingData":
                Connect(call, vm.Settings.Adapters.FirstOrDefault(a => Same(SettingIds.Connection(vm.Id, a), id)) ?? throw NotFound(id), given);
                break;
            case "Msvm_SyntheticEthernetPortSettingData":
                VmAdapter port = vm.Settings.Adapters.FirstOrDefault(a => Same(SettingIds.Adapter(vm.Id, a), id)) ?? throw NotFound(id);
                port.StaticMac = given.Get<bool>("StaticMacAddress");
                port.Mac = given.Get<string>("Address") is { Length: 12 } mac ? mac : port.Mac;
                break;
            default:
                throw new JobFailedException(InvalidParameter, $"The lab does not change {given.ClassName}.");
        }
    }

    private static void ModifyDisk(VmDocument vm, VmDisk disk, WmiObject given)
    {
        string? path = First(given);
        if (string.IsNullOrEmpty(path) || path.Equals(disk.Path, StringComparison.OrdinalIgnoreCase))
            return;
        if (vm.Running || vm.Checkpoints.Count > 0)
            throw new JobFailedException(InvalidState, $"The disk '{disk.Path}' of '{vm.Settings.Name}' is in use.");
        disk.Chain = [new(path, 0)];
        disk.Tracking = null;
    }

    private static void Connect(MethodCall call, VmAdapter adapter, WmiObject given)
    {
        string? path = First(given);
        adapter.Connected = given.Get<int>("EnabledState") != 3 && !string.IsNullOrEmpty(path);
        if (path is null)
            return;
        adapter.SwitchPath = path;
        if (call.Graph.Find(path) is { } lan)
        {
            adapter.SwitchPath = lan.Path!;
            adapter.SwitchName = lan.Get<string>("ElementName") ?? "";
        }
    }

    private static string? First(WmiObject given) => given.List<string>("HostResource") is { Count: > 0 } paths ? paths[0] : null;

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);

    private static JobFailedException NotFound(string id) => new(InvalidParameter, string.Create(CultureInfo.InvariantCulture, $"There is no resource '{id}'."));
}
