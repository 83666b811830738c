using BackupFabric.Agent.HyperV.Inventory;
using BackupFabric.Agent.HyperV.Reading;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Wmi;
using BackupFabric.Protos.V1;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.HyperV.Configuration;

/// <summary>
/// Takes the definition of a VM as it was at the checkpoint. By export, because an exported definition is what the import of any host takes;
/// where the host refuses, by copying the checkpoint's own files.
/// </summary>
internal sealed class ConfigurationCapture(HostSeams seams, WmiJobs jobs, WorkFolders folders, ILogger logger)
{
    // DisableDifferentialOfIgnoredStorage came with 1709; without it excluded disks leave empty differencing files in the export.
    private const int BuildWithDisableDifferential = 16299;

    private static readonly string[] Definitions = [".vmcx", ".vmrs", ".vmgs", ".xml"];

    public async Task<VmConfiguration> TakeAsync(HostVm vm, RecoveryCheckpoint checkpoint, AttachedStorage storage, IReadOnlyList<SnapshotDisk> disks, string folder, CancellationToken cancellation)
    {
        var configuration = new VmConfiguration
        {
            VmId = vm.Id.ToString("D"),
            Name = vm.Name,
            Generation = vm.Generation,
            Version = vm.Settings.Get<string>(Msvm_VirtualSystemSettingData.Version) ?? "",
            SettingsJson = await SettingsJson.OfAsync(seams.Virtualization, checkpoint.Settings, cancellation),
        };
        configuration.Disks.AddRange(disks.Select(d => new ConfiguredDisk { DiskKey = d.DiskKey, Location = d.Location, Path = d.Attached.Path }));
        try
        {
            configuration.Files.AddRange(await ExportedAsync(vm, checkpoint, storage, folder, cancellation) ?? await CopiedAsync(checkpoint, cancellation));
        }
        finally
        {
            folders.Remove(folder);
        }

        return configuration;
    }

    /// <summary>Null when the host refuses the export, or it holds no definition.</summary>
    private async Task<List<ConfigurationFile>?> ExportedAsync(HostVm vm, RecoveryCheckpoint checkpoint, AttachedStorage storage, string folder, CancellationToken cancellation)
    {
        // What a crashed attempt of the same job left there would be taken for the export.
        seams.Files.DeleteFolder(folder);
        seams.Files.CreateFolder(folder);
        var service = await seams.Virtualization.ServiceAsync(nameof(Msvm_VirtualSystemManagementService), cancellation)
            ?? throw HyperVProblems.From(new WmiException(nameof(Msvm_VirtualSystemManagementService), WbemCode.InvalidNamespace));
        var outcome = await jobs.InvokeAsync(service.PathOf(), nameof(Msvm_VirtualSystemManagementService.ExportSystemDefinition), cancellation,
            (Msvm_VirtualSystemManagementService.ExportSystemDefinition.ComputerSystem, vm.System.PathOf()),
            (Msvm_VirtualSystemManagementService.ExportSystemDefinition.ExportDirectory, folder),
            (Msvm_VirtualSystemManagementService.ExportSystemDefinition.ExportSettingData, await ExportSettingsAsync(checkpoint, storage)));
        if (!outcome.Ok)
        {
            logger.ExportRefused(vm.Name, outcome.Text);
            return null;
        }

        var files = new List<ConfigurationFile>();
        foreach (var name in seams.Files.List(folder).Where(IsDefinition).Order(StringComparer.OrdinalIgnoreCase))
            files.Add(await FileAsync(name.Replace('\\', '/'), HostPath.Join(folder, name), cancellation));

        // The documentation ties SnapshotVirtualSystem to another mode than the samples use, so it is looked at, not believed.
        if (files.Any(f => IsConfiguration(f.Name))) return files;
        logger.ExportRefused(vm.Name, "it holds no definition");
        return null;
    }

    /// <summary>
    /// Configuration only: the storage is neither copied nor made into differencing files, since the disks are read through the virtual disk service.
    /// This mode is known to leave merging switched off, which is why it is switched on again before the checkpoint goes (see DiskMerging).
    /// Mode 3 keeps the VM's own identifier in the definition; the other modes give the checkpoint's.
    /// </summary>
    private async Task<WmiObject> ExportSettingsAsync(RecoveryCheckpoint checkpoint, AttachedStorage storage)
    {
        var settings = WmiQueries.New(nameof(Msvm_VirtualSystemExportSettingData),
            (Msvm_VirtualSystemExportSettingData.CopySnapshotConfiguration, (byte)Msvm_VirtualSystemExportSettingData.CopySnapshotConfigurationValue.ExportOneSnapshotForBackup),
            (Msvm_VirtualSystemExportSettingData.SnapshotVirtualSystem, checkpoint.Settings.PathOf()),
            (Msvm_VirtualSystemExportSettingData.CopyVmStorage, false),
            (Msvm_VirtualSystemExportSettingData.CopyVmRuntimeInformation, true),
            (Msvm_VirtualSystemExportSettingData.CreateVmExportSubdirectory, false),
            (Msvm_VirtualSystemExportSettingData.BackupIntent, (byte)Msvm_VirtualSystemExportSettingData.BackupIntentValue.BackupIntentMerge),
            (Msvm_VirtualSystemExportSettingData.CaptureLiveState, (byte)Msvm_VirtualSystemExportSettingData.CaptureLiveStateValue.CaptureCrashConsistentState),
            (Msvm_VirtualSystemExportSettingData.ExcludedVirtualHardDisks, storage.Disks.Select(d => d.InstanceId).ToArray()));
        return await seams.HasPropertyAsync(nameof(Msvm_VirtualSystemExportSettingData), Msvm_VirtualSystemExportSettingData.DisableDifferentialOfIgnoredStorage, BuildWithDisableDifferential)
            ? settings.With((Msvm_VirtualSystemExportSettingData.DisableDifferentialOfIgnoredStorage, true))
            : settings;
    }

    private async Task<List<ConfigurationFile>> CopiedAsync(RecoveryCheckpoint checkpoint, CancellationToken cancellation)
    {
        var root = checkpoint.Settings.Get<string>(Msvm_VirtualSystemSettingData.ConfigurationDataRoot) ?? "";
        var file = checkpoint.Settings.Get<string>(Msvm_VirtualSystemSettingData.ConfigurationFile) ?? "";
        if (root.Length == 0 || file.Length == 0) throw HyperVProblems.ConfigurationNotReadable(checkpoint.VmId);

        // .vmrs lies beside the .vmcx under the same name; the guest state (vTPM) says itself where it lies.
        var files = new List<ConfigurationFile>();
        var stem = file.LastIndexOf('.') is > 0 and var dot ? file[..dot] : file;
        foreach (var name in Definitions.Select(d => stem + d).Where(n => seams.Files.FileExists(HostPath.Join(root, n))))
            files.Add(await FileAsync(name.Replace('\\', '/'), HostPath.Join(root, name), cancellation));

        var guestState = checkpoint.Settings.Get<string>(Msvm_VirtualSystemSettingData.GuestStateFile) ?? "";
        var guestRoot = checkpoint.Settings.Get<string>(Msvm_VirtualSystemSettingData.GuestStateDataRoot) is { Length: > 0 } given ? given : root;
        if (guestState.Length > 0 && files.All(f => !f.Name.Equals(guestState.Replace('\\', '/'), StringComparison.OrdinalIgnoreCase))
            && seams.Files.FileExists(HostPath.Join(guestRoot, guestState)))
            files.Add(await FileAsync(guestState.Replace('\\', '/'), HostPath.Join(guestRoot, guestState), cancellation));
        return files.Any(f => IsConfiguration(f.Name)) ? files : throw HyperVProblems.ConfigurationNotReadable(checkpoint.VmId);
    }

    private async Task<ConfigurationFile> FileAsync(string name, string path, CancellationToken cancellation) =>
        new() { Name = name, Content = UnsafeByteOperations.UnsafeWrap(await seams.Files.ReadAllAsync(path, cancellation)) };

    private static bool IsDefinition(string name) => Definitions.Any(d => name.EndsWith(d, StringComparison.OrdinalIgnoreCase));

    private static bool IsConfiguration(string name) =>
        name.EndsWith(".vmcx", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".xml", StringComparison.OrdinalIgnoreCase);
}
