using BackupFabric.Agent.HyperV.Baselines;
using BackupFabric.Agent.HyperV.Checkpoints;
using BackupFabric.Agent.HyperV.Reading;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Wmi;
using BackupFabric.Agent.Ports;
using BackupFabric.Protos.V1;
using Google.Protobuf.WellKnownTypes;

namespace BackupFabric.Agent.HyperV.Inventory;

/// <summary>The host's VMs as the server wants to know them, each with what cannot be protected and why.</summary>
internal sealed class InventoryReader(HostSeams seams, VirtualMachines machines, ChangeTracking tracking, ActiveCheckpoints active)
{
    private const ulong Mebibyte = 1 << 20;

    public async Task<HostInventory> ReadAsync(CancellationToken cancellation)
    {
        var tracks = await tracking.OnThisHostAsync(cancellation);
        var vms = new List<VirtualMachine>();
        foreach (var vm in await machines.ListAsync(cancellation))
        {
            if (await DescribeAsync(vm, tracks, cancellation) is { } described) vms.Add(described);
        }

        var leftovers = (await machines.RecoveryCheckpointsAsync(null, cancellation)).Where(c => !active.Contains(c.VmId)).Select(c => new LeftoverCheckpoint
        {
            VmId = c.VmId.ToString("D"),
            InstanceId = c.InstanceId,
            Ours = c.Ours,
            Created = c.Created is { } created ? Timestamp.FromDateTimeOffset(created) : null,
        });
        return new(vms, [.. leftovers]);
    }

    // A VM may leave between two calls; one that did is not in the inventory, and nothing else suffers.
    private async Task<VirtualMachine?> DescribeAsync(HostVm vm, bool tracks, CancellationToken cancellation)
    {
        try
        {
            return await VmAsync(vm, tracks, cancellation);
        }
        catch (WmiException e) when (e.Code == WbemCode.NotFound)
        {
            return null;
        }
    }

    private async Task<VirtualMachine> VmAsync(HostVm vm, bool tracks, CancellationToken cancellation)
    {
        var storage = await AttachedStorage.OfAsync(seams.Virtualization, vm.Settings, cancellation);
        var guest = await GuestFacts.OfAsync(seams.Virtualization, vm, cancellation);
        var described = new VirtualMachine
        {
            VmId = vm.Id.ToString("D"),
            Name = vm.Name,
            State = vm.State,
            Generation = vm.Generation,
            ConfigurationVersion = vm.Settings.Get<string>(Msvm_VirtualSystemSettingData.Version) ?? "",
            ConfigurationPath = vm.Settings.Get<string>(Msvm_VirtualSystemSettingData.ConfigurationDataRoot) ?? "",
            ReplicaRole = vm.ReplicaRole,
            MemoryBytes = await MemoryAsync(vm, cancellation),
            GuestOs = guest.OperatingSystem,
        };
        foreach (var disk in storage.Disks) await AddDiskAsync(described, vm, disk, tracks, cancellation);
        AddWarnings(described, vm, storage, guest);
        return described;
    }

    private async Task AddDiskAsync(VirtualMachine described, HostVm vm, AttachedDisk disk, bool tracks, CancellationToken cancellation)
    {
        var entry = new VmDisk { Path = disk.Path, Location = disk.Location };
        DiskAssessment assessment;
        try
        {
            await using var opened = disk.IsVhdSet ? null : await seams.Disks.OpenAsync(disk.Path, cancellation);
            (entry.Length, entry.DiskKey) = opened is null ? (0, "") : ((ulong)opened.VirtualSize, opened.VirtualDiskId.ToString("D"));
            assessment = DiskAssessment.Of(disk, vm.Version, tracks, opened, null);
        }
        catch (VirtualDiskException e)
        {
            // A merge holds the files for moments only; its disk is as good as any.
            assessment = DiskAssessment.Of(disk, vm.Version, tracks, null, e.Code == DiskError.SharingViolation ? null : e);
        }

        entry.Protection = assessment.Protection;
        described.Disks.Add(entry);
        if (assessment.Warning is { } warning) described.Warnings.Add(warning);
    }

    private static void AddWarnings(VirtualMachine described, HostVm vm, AttachedStorage storage, GuestFacts guest)
    {
        foreach (var location in storage.PassThrough)
        {
            described.Disks.Add(new VmDisk { Location = location, Protection = DiskProtection.Excluded });
            described.Warnings.Add($"Disk {location} is a pass-through disk; host backup cannot protect it. Use a guest agent for it.");
        }

        if (storage.FibreChannel) described.Warnings.Add("The VM has virtual Fibre Channel disks; the host cannot see them and does not protect them. Use a guest agent for them.");
        if (vm.State == VmState.Running && guest.QuiesceTrouble is { } trouble)
            described.Warnings.Add($"Only crash-consistent copies may be possible: {trouble}.");
        if (vm.Settings.Get<int>(Msvm_VirtualSystemSettingData.UserSnapshotType) == (int)Msvm_VirtualSystemSettingData.UserSnapshotTypeValue.Disable)
            described.Warnings.Add("Checkpoints are switched off in the VM's settings; its backup will fail until they are enabled.");
        if (vm.Version < ConfigurationVersion.ChangeTrackingPerhaps)
            described.Warnings.Add($"Configuration version {vm.Version} has no change tracking: every disk is read as a whole each time. Upgrade the configuration version.");
    }

    /// <summary>Assigned memory; 0 for a VM that is off. A host that does not answer costs the figure, not the inventory.</summary>
    private async Task<ulong> MemoryAsync(HostVm vm, CancellationToken cancellation)
    {
        if (await seams.Virtualization.ServiceAsync(nameof(Msvm_VirtualSystemManagementService), cancellation) is not { } service) return 0;
        try
        {
            var answer = await seams.Virtualization.InvokeAsync(service.PathOf(), nameof(Msvm_VirtualSystemManagementService.GetSummaryInformation), WmiQueries.Arguments(
                (Msvm_VirtualSystemManagementService.GetSummaryInformation.SettingData, new[] { vm.Settings.PathOf() }),
                (Msvm_VirtualSystemManagementService.GetSummaryInformation.RequestedInformation,
                    new[] { (uint)Msvm_VirtualSystemManagementService.GetSummaryInformation.RequestedInformationValue.MemoryUsage })), cancellation);
            return answer.Embedded(Msvm_VirtualSystemManagementService.GetSummaryInformation.SummaryInformation) is [var summary, ..]
                ? summary.Get<ulong>(Msvm_SummaryInformation.MemoryUsage) * Mebibyte : 0;
        }
        catch (WmiException)
        {
            return 0;
        }
    }
}
