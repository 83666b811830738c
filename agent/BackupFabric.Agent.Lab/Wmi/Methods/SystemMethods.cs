using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Machines;
using BackupFabric.Agent.Lab.Wmi.Instances;

namespace BackupFabric.Agent.Lab.Wmi.Methods;

/// <summary>Msvm_VirtualSystemManagementService: export, import, planned VMs, removal.</summary>
internal static class SystemMethods
{
    private const ushort DestroyJob = 3;
    private const ushort ImportJob = 61;
    private const ushort ExportJob = 62;
    private const ushort ValidateJob = 140;
    private const ushort RealizeJob = 141;
    private const ushort Exporting = 32773;
    private const int OneSnapshot = 2;

    public static WmiObject Export(MethodCall call)
    {
        if (call.Vm("ComputerSystem") is not { Planned: false } vm || call.Text("ExportDirectory") is not { Length: > 0 } directory)
            return MethodCall.Answer(MethodCall.InvalidParameter);
        WmiObject? settings = call.Embedded("ExportSettingData");
        // The lab exports configurations; the data of the disks are read through the virtual disk service.
        if (settings is null || settings.Get<bool>("CopyVmStorage"))
            return MethodCall.Answer(MethodCall.NotSupported);
        VmSettings? exported = Exported(call, vm, settings);
        if (exported is null)
            return MethodCall.Answer(MethodCall.InvalidParameter);
        string folder = settings.Get<bool>("CreateVmExportSubdirectory") ? $@"{directory}\{vm.Settings.Name}" : directory;
        return call.Start(ExportJob, "Exporting Virtual Machine", vm, (_, cancellation) => Task.Run(() => SystemDefinition.Export(call.Host, vm, exported, folder), cancellation), Exporting);
    }

    public static WmiObject Import(MethodCall call)
    {
        if (call.Text("SystemDefinitionFile") is not { Length: > 0 } file)
            return MethodCall.Answer(MethodCall.InvalidParameter);
        bool newId = call.Flag("GenerateNewSystemIdentifier");
        return call.Start(ImportJob, "Importing Virtual Machine", null, async (job, cancellation) =>
        {
            VmDocument planned = await SystemDefinition.ImportAsync(call.Host, file, newId, cancellation);
            job.Affects(Paths.System(call.Host.Name, planned));
        });
    }

    public static WmiObject Validate(MethodCall call)
    {
        if (call.Vm("PlannedSystem") is not { Planned: true } vm)
            return MethodCall.Answer(MethodCall.InvalidParameter);
        return call.Start(ValidateJob, "Validating Planned Virtual Machine", vm, (_, cancellation) => PlannedSystem.CheckAsync(call.Host, vm, cancellation));
    }

    public static WmiObject Realize(MethodCall call)
    {
        if (call.Vm("PlannedSystem") is not { Planned: true } vm)
            return MethodCall.Answer(MethodCall.InvalidParameter);
        return call.Start(RealizeJob, "Realizing Virtual Machine", vm, async (job, cancellation) =>
        {
            await PlannedSystem.RealizeAsync(call.Host, vm.Id, cancellation);
            job.Affects(Paths.System(call.Host.Name, vm.Id, planned: false));
        });
    }

    public static WmiObject Destroy(MethodCall call)
    {
        if (call.Vm("AffectedSystem") is not { } vm)
            return MethodCall.Answer(MethodCall.InvalidParameter);
        if (vm.Running)
            return MethodCall.Answer(MethodCall.InvalidState);
        return call.Start(DestroyJob, "Deleting Virtual Machine", vm, (_, cancellation) => SystemDefinition.DestroyAsync(call.Host, vm.Id, cancellation));
    }

    private static VmSettings? Exported(MethodCall call, VmDocument vm, WmiObject settings)
    {
        if (settings.Get<int>("CopySnapshotConfiguration") < OneSnapshot)
            return vm.Settings;
        if (settings.Get<string>("SnapshotVirtualSystem") is not { Length: > 0 } path || call.Graph.Find(path) is not { } snapshot)
            return null;
        return Guid.TryParse(snapshot.Get<string>("ConfigurationID"), out Guid id)
            ? vm.Checkpoints.FirstOrDefault(c => c.Id == id)?.Settings
            : null;
    }
}
