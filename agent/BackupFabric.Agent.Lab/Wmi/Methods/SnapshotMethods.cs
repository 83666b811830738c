using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Storage;
using BackupFabric.Agent.Lab.Wmi.Instances;
using BackupFabric.Agent.Lab.Wmi.Jobs;

namespace BackupFabric.Agent.Lab.Wmi.Methods;

/// <summary>Msvm_VirtualSystemSnapshotService and Msvm_VirtualSystemReferencePointService.</summary>
internal static class SnapshotMethods
{
    private const int RecoverySnapshot = 32768;
    private const ushort SnapshotJob = 70;
    private const ushort DeleteSnapshotJob = 72;
    private const ushort ConvertJob = 200;
    private const ushort DeleteReferencePointJob = 202;
    private const ushort CreatingSnapshot = 32768;
    private const ushort DeletingSnapshot = 32770;
    private const int CheckpointsDisabled = 2;

    public static WmiObject Create(MethodCall call)
    {
        if (call.Vm("AffectedSystem") is not { Planned: false } vm)
            return MethodCall.Answer(MethodCall.InvalidParameter);
        if (call.Number("SnapshotType") != RecoverySnapshot || !call.Host.Version.HasChangeTracking)
            return MethodCall.Answer(MethodCall.NotSupported);
        if (IsBusy(call, vm))
            return MethodCall.Answer(MethodCall.InvalidState);
        int wanted = call.Embedded("SnapshotSettings")?.Get<int>("ConsistencyLevel") is 2 ? Checkpoints.CrashConsistent : Checkpoints.ApplicationConsistent;
        return call.Start(SnapshotJob, "Creating Virtual Machine Checkpoint", vm, (job, cancellation) => CreateAsync(call, vm, wanted, job, cancellation), CreatingSnapshot);
    }

    public static WmiObject Destroy(MethodCall call)
    {
        if (Checkpoint(call) is not { } found)
            return MethodCall.Answer(MethodCall.InvalidParameter);
        return call.Start(
            DeleteSnapshotJob,
            "Deleting Virtual Machine Checkpoint",
            found.Vm,
            async (job, cancellation) =>
            {
                await Checkpoints.DestroyAsync(call.Host, found.Vm.Id, found.Checkpoint.Id, cancellation);
                job.Affects(Paths.System(call.Host.Name, found.Vm));
                call.StartMerge(found.Vm.Id);
            },
            DeletingSnapshot);
    }

    public static WmiObject Convert(MethodCall call)
    {
        if (Checkpoint(call) is not { Checkpoint.Recovery: true } found)
            return MethodCall.Answer(MethodCall.InvalidParameter);
        return call.Start(
            ConvertJob,
            "Converting Checkpoint to Reference Point",
            found.Vm,
            async (job, cancellation) =>
            {
                VmReferencePoint point = await Checkpoints.ConvertAsync(call.Host, found.Vm.Id, found.Checkpoint.Id, cancellation);
                job.Affects(Paths.ReferencePoint(call.Host.Name, found.Vm, point));
                call.StartMerge(found.Vm.Id);
            },
            DeletingSnapshot);
    }

    public static WmiObject DestroyReferencePoint(MethodCall call)
    {
        WmiObject? point = call.Referenced("AffectedReferencePoint");
        if (point is null
            || !Guid.TryParse(point.Get<string>("InstanceID"), out Guid id)
            || !Guid.TryParse(point.Get<string>("VirtualSystemIdentifier"), out Guid vmId)
            || call.Host.FindVm(vmId) is not { } vm)
            return MethodCall.Answer(MethodCall.InvalidParameter);
        return call.Start(
            DeleteReferencePointJob,
            "Deleting Reference Point",
            vm,
            (_, cancellation) => Checkpoints.DestroyReferencePointAsync(call.Host, vmId, id, cancellation));
    }

    private static async Task CreateAsync(MethodCall call, VmDocument vm, int wanted, LabJob job, CancellationToken cancellation)
    {
        const ushort Failed = 32768;
        string name = vm.Settings.Name;
        if (vm.Settings.UserSnapshotType == CheckpointsDisabled)
            throw new JobFailedException(Failed, $"Checkpoint operation for '{name}' failed. Checkpoints have been disabled for '{name}'. (Virtual machine ID {SettingIds.Guid(vm.Id)})");
        if (wanted == Checkpoints.ApplicationConsistent && vm.Running && vm.Guest.VssStatus != 2)
        {
            throw new JobFailedException(
                Failed,
                $"Production checkpoints cannot be created for '{name}'. (Virtual machine ID {SettingIds.Guid(vm.Id)})",
                $"The Volume Shadow Copy service in the virtual machine '{name}' could not be contacted.");
        }

        // Nothing runs that could be quiesced in a VM that is off.
        int reached = vm.Running ? wanted : Checkpoints.CrashConsistent;
        job.Progress(10);
        VmCheckpoint checkpoint = await Checkpoints.CreateAsync(call.Host, vm.Id, reached, cancellation);
        job.Affects(Paths.System(call.Host.Name, vm));
        job.Affects(Paths.Settings(call.Host.Name, checkpoint.Id));
    }

    private static bool IsBusy(MethodCall call, VmDocument vm) => call.Graph.Find(Paths.System(call.Host.Name, vm))?.List<int>("OperationalStatus").Count > 1;

    private static (VmDocument Vm, VmCheckpoint Checkpoint)? Checkpoint(MethodCall call) =>
        call.Configuration("AffectedSnapshot") is { } found && found.Vm.Checkpoints.FirstOrDefault(c => c.Id == found.Configuration) is { } checkpoint
            ? (found.Vm, checkpoint)
            : null;
}
