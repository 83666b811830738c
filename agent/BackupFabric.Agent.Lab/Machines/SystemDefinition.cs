using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Storage;
using BackupFabric.Agent.Lab.Wmi.Jobs;

namespace BackupFabric.Agent.Lab.Machines;

/// <summary>VMs going out to and coming in from definition files.</summary>
internal static class SystemDefinition
{
    private const ushort FileNotFound = 32779;
    private const ushort Failed = 32768;
    private const ushort InvalidState = 32775;

    public static void Export(LabHost host, VmDocument vm, VmSettings settings, string folder)
    {
        VmSettings exported = settings.Copy();
        exported.ConfigurationFile = VmConfigurationFile(vm.Id);
        foreach (VmDisk disk in exported.AttachedDisks)
        {
            disk.Chain = [new(disk.Path, 0)];
            disk.Tracking = null;
        }

        string local = host.Volumes.ToLocal($@"{folder}\{exported.ConfigurationFile}");
        DefinitionFile.Write(local, vm, exported);
        DefinitionFile.WriteStates(local, exported);
    }

    /// <summary>A planned VM from a definition file.</summary>
    public static async Task<VmDocument> ImportAsync(LabHost host, string file, bool newId, CancellationToken cancellation)
    {
        string local = host.Volumes.ToLocal(file);
        if (!File.Exists(local))
            throw new JobFailedException(FileNotFound, $"Hyper-V did not find a virtual machine to import at location '{file}'.");
        VmDefinition definition = DefinitionFile.TryRead(local)
            ?? throw new JobFailedException(Failed, $"Hyper-V cannot load the virtual machine configuration '{file}': the data is invalid.");
        if (!host.Version.Runs(definition.Settings.Version))
        {
            throw new JobFailedException(
                Failed, $"The virtual machine cannot be imported: its configuration version {definition.Settings.Version} is not supported on this host, which supports up to {host.Version.ConfigurationVersion}.");
        }

        Guid id = newId ? Guid.NewGuid() : definition.VmId;
        using FileLock held = await host.FolderOf(id).LockAsync(cancellation);
        if (host.FindVm(id) is not null)
            throw new JobFailedException(Failed, $"Import failed. A virtual machine with the identifier {SettingIds.Guid(id)} already exists on this host.");
        VmDocument planned = Planned(host, definition, id, file);
        host.Save(planned);
        return planned;
    }

    /// <summary>Removes the registration and the configuration files; the disks stay.</summary>
    public static async Task DestroyAsync(LabHost host, Guid vmId, CancellationToken cancellation)
    {
        using VmSession session = await VmSession.OpenAsync(host, vmId, cancellation);
        if (session.Vm.Running)
            throw new JobFailedException(InvalidState, $"'{session.Vm.Settings.Name}' cannot be deleted while it is running.");
        if (!session.Vm.Planned)
        {
            foreach (string file in OwnFiles(session.Vm))
                File.Delete(session.Local(file));
        }

        host.Remove(vmId);
    }

    /// <summary>Configuration, state and change-tracking files of a VM and its checkpoints: what goes when the VM goes.</summary>
    public static IEnumerable<string> OwnFiles(VmDocument vm)
    {
        string definition = $@"{vm.Settings.ConfigurationRoot}\{vm.Settings.ConfigurationFile}";
        string stem = definition[..definition.LastIndexOf('.')];
        return
        [
            definition, $"{stem}.vmrs", $"{stem}.vmgs",
            .. vm.Checkpoints.Select(Checkpoints.DefinitionPath),
            .. vm.Settings.Disks.Where(d => d.Tracking is not null).Select(d => d.ChangeLog),
        ];
    }

    public static string VmConfigurationFile(Guid id) => $@"Virtual Machines\{SettingIds.Guid(id)}.vmcx";

    private static VmDocument Planned(LabHost host, VmDefinition definition, Guid id, string file)
    {
        VmSettings settings = definition.Settings.Copy();
        string folder = file[..file.LastIndexOf('\\')];
        settings.ConfigurationRoot = folder.EndsWith(@"\Virtual Machines", StringComparison.OrdinalIgnoreCase) ? folder[..folder.LastIndexOf('\\')] : folder;
        settings.SnapshotRoot = settings.ConfigurationRoot;
        settings.SwapRoot = settings.ConfigurationRoot;
        settings.ConfigurationFile = VmConfigurationFile(id);
        settings.GuestStateFile = settings.Generation == 2 ? settings.ConfigurationFile.Replace(".vmcx", ".vmgs", StringComparison.Ordinal) : null;
        return new()
        {
            Id = id,
            Planned = true,
            Settings = settings,
            Guest = definition.Guest,
            Created = host.Time.GetUtcNow(),
        };
    }
}
