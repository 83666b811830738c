using BackupFabric.Agent.Lab.DataCenter;

namespace BackupFabric.Agent.Lab.Guests;

/// <summary>Finds the ground truth of a VM, also of one that no host has any more.</summary>
internal static class TruthFinder
{
    public static VmFolder Find(LabFolder lab, string vm)
    {
        if (Guid.TryParse(vm, out Guid id) && File.Exists(lab.Vm(id).TruthDocument))
            return lab.Vm(id);
        List<VmFolder> named = [.. Directory.EnumerateDirectories(Path.Combine(lab.Path, "vms"))
            .Select(d => new VmFolder(d))
            .Where(f => LabJson.Read(f.TruthDocument, LabJson.Default.TruthDocument) is { } truth && truth.Name.Equals(vm, StringComparison.OrdinalIgnoreCase))];
        return named.Count switch
        {
            1 => named[0],
            0 => throw new LabException("no-truth", $"The lab has no ground truth of a VM '{vm}'.", "'bf-lab vm list' shows the VMs; give a name or a GUID."),
            _ => throw new LabException("vm-name-not-unique", $"{named.Count} VMs are called '{vm}'.", "Give the VM's GUID."),
        };
    }
}
