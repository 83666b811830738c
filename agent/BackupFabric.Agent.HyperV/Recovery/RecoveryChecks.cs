using BackupFabric.Agent.HyperV.Wmi;
using BackupFabric.Protos.V1;
using Google.Protobuf;

namespace BackupFabric.Agent.HyperV.Recovery;

/// <summary>Everything that can be known before a recovery is checked before anything is written.</summary>
internal sealed class RecoveryChecks(HostServices host)
{
    public async Task<RecoveryPlan> PlanAsync(RecoverOrder order, CancellationToken cancellation)
    {
        var configuration = Parse(order.Configuration);
        var vmId = Guid.TryParse(order.VmId, out var id) ? id : Guid.Empty;
        var originalIsHere = vmId != Guid.Empty && await host.Machines.SystemAsync(vmId, cancellation) is not null;
        var plan = RecoveryPlan.For(order, configuration, await DefaultRootAsync(order, cancellation), keepDiskIds: !originalIsHere);

        await CheckNameAsync(plan.Name, cancellation);
        if (originalIsHere && !plan.NewIdentity) throw HyperVProblems.VmIdInUse(plan.VmId, host.Seams.HostName);
        CheckVersion(plan);
        CheckFolder(plan);
        return plan;
    }

    /// <summary>The name is only a label to Hyper-V, but two VMs of one name are told apart by nobody who is in a hurry.</summary>
    private async Task CheckNameAsync(string name, CancellationToken cancellation)
    {
        var names = (await host.Machines.ListAsync(cancellation)).Select(vm => vm.Name);
        if (names.Contains(name, StringComparer.OrdinalIgnoreCase)) throw HyperVProblems.VmNameTaken(name, host.Seams.HostName);
        var planned = await host.Seams.Virtualization.ListAsync(nameof(Msvm_PlannedComputerSystem), cancellation);
        if (planned.Any(p => string.Equals(p.Get<string>(Msvm_PlannedComputerSystem.ElementName), name, StringComparison.OrdinalIgnoreCase)))
            throw HyperVProblems.VmNameTaken(name, host.Seams.HostName);
    }

    private void CheckVersion(RecoveryPlan plan)
    {
        if (HostBuild.NewestConfiguration(host.Seams.OperatingSystem) is { } newest && plan.Version > newest)
            throw HyperVProblems.ConfigurationTooNew(plan.Version.ToString(), newest.ToString(), host.Seams.HostName);
    }

    private void CheckFolder(RecoveryPlan plan)
    {
        long free;
        try
        {
            if (host.Seams.Files.FileExists(plan.Folder) || host.Seams.Files.List(plan.Folder).Count > 0) throw HyperVProblems.TargetFolderNotEmpty(plan.Folder);
            free = host.Seams.Files.FreeBytes(plan.Folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw HyperVProblems.TargetPathInvalid(plan.Folder, e.Message);
        }

        var needed = plan.ContentBytes + host.Options.RecoveryMarginBytes;
        if (free < needed) throw HyperVProblems.TargetDiskFull(plan.Folder, free, needed);
    }

    private async Task<string> DefaultRootAsync(RecoverOrder order, CancellationToken cancellation)
    {
        if (order.Folder.Length > 0) return "";
        var settings = await host.Seams.Virtualization.FirstAsync(nameof(Msvm_VirtualSystemManagementServiceSettingData), cancellation);
        return settings?.Get<string>(Msvm_VirtualSystemManagementServiceSettingData.DefaultExternalDataRoot) is { Length: > 0 } root
            ? root : throw HyperVProblems.TargetPathInvalid("", "the host has no default folder for VMs; name one");
    }

    private static VmConfiguration Parse(ByteString bytes)
    {
        try
        {
            return VmConfiguration.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw HyperVProblems.ConfigurationDamaged(e.Message);
        }
    }
}
