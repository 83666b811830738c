using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Storage;
using BackupFabric.Agent.Lab.Wmi.Instances;
using BackupFabric.Agent.Lab.Wmi.Jobs;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Machines;

/// <summary>Checks a planned VM against its host and turns it into a real one.</summary>
internal static class PlannedSystem
{
    private const ushort Failed = 32768;

    /// <summary>Fails the job with one line per thing that is missing.</summary>
    public static async Task CheckAsync(LabHost host, VmDocument vm, CancellationToken cancellation)
    {
        List<string> missing = [];
        foreach (VmDisk disk in vm.Settings.Disks.Where(d => d.Chain.Count > 0))
        {
            if (await WrongWithAsync(host, vm, disk, cancellation) is { } wrong)
                missing.Add(wrong);
        }

        HashSet<string> switches = [.. host.Document.Switches.Select(s => Paths.Switch(host.Name, s))];
        missing.AddRange(vm.Settings.Adapters
            .Where(a => a.Connected && !switches.Contains(a.SwitchPath))
            .Select(a => $"Could not find Ethernet switch '{(a.SwitchName.Length > 0 ? a.SwitchName : a.SwitchPath)}'."));
        if (missing.Count > 0)
            throw new JobFailedException(Failed, $"'{vm.Settings.Name}' cannot run on this host: {string.Join(" ", missing)}", missing);
    }

    public static async Task RealizeAsync(LabHost host, Guid vmId, CancellationToken cancellation)
    {
        using VmSession session = await VmSession.OpenAsync(host, vmId, cancellation);
        VmDocument vm = session.Vm;
        if (!vm.Planned)
            return;
        await CheckAsync(host, vm, cancellation);
        await host.Faults.PassAsync("realize", cancellation);
        string definition = session.Local($@"{vm.Settings.ConfigurationRoot}\{vm.Settings.ConfigurationFile}");
        DefinitionFile.Write(definition, vm, vm.Settings);
        DefinitionFile.WriteStates(definition, vm.Settings);
        vm.Planned = false;
        vm.TruthKnown = false;
        vm.Created = host.Time.GetUtcNow();
        session.Save();
    }

    private static async Task<string?> WrongWithAsync(LabHost host, VmDocument vm, VmDisk disk, CancellationToken cancellation)
    {
        string? local = Local(host, disk.Path);
        if (local is null || !File.Exists(local))
            return $"The virtual hard disk '{disk.Path}' was not found.";
        VmDocument? owner = host.Vms().FirstOrDefault(v => v.Id != vm.Id && v.Settings.Disks.Any(d => d.Chain.Any(f => f.Path.Equals(disk.Path, StringComparison.OrdinalIgnoreCase))));
        if (owner is not null)
            return $"The virtual hard disk '{disk.Path}' is in use by the virtual machine '{owner.Settings.Name}'.";
        try
        {
            IVirtualDisk image = await DiskImage.OpenAsync(local, writable: false, cancellation);
            await image.DisposeAsync();
            return null;
        }
        catch (DiskImageException damaged)
        {
            return host.Volumes.InWindowsWords(damaged.Message);
        }
    }

    private static string? Local(LabHost host, string path)
    {
        try
        {
            return host.Volumes.ToLocal(path);
        }
        catch (Exception refused) when (refused is ArgumentException or IOException)
        {
            return null;
        }
    }
}
