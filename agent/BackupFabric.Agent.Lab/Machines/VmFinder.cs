using BackupFabric.Agent.Lab.DataCenter;

namespace BackupFabric.Agent.Lab.Machines;

/// <summary>Finds the host that has a VM registered.</summary>
internal static class VmFinder
{
    public static (LabHost Host, VmDocument Vm) Find(LabFolder lab, string nameOrId, TimeProvider time, string? host = null)
    {
        List<(LabHost Host, VmDocument Vm)> found = [.. (host is null ? lab.Hosts(time) : [lab.Host(host, time)])
            .SelectMany(h => h.Vms().Where(v => !v.Planned && Is(v, nameOrId)).Select(v => (h, v)))];
        return found.Count switch
        {
            1 => found[0],
            0 => throw new LabException("no-such-vm", $"No host of the lab has a VM '{nameOrId}'.", "'bf-lab vm list' shows the VMs of the lab."),
            _ => throw new LabException("vm-name-not-unique", $"'{nameOrId}' is on {string.Join(" and ", found.Select(f => f.Host.Name))}.", "Give the VM's GUID, or name the host."),
        };
    }

    private static bool Is(VmDocument vm, string nameOrId) =>
        Guid.TryParse(nameOrId, out Guid id) ? vm.Id == id : vm.Settings.Name.Equals(nameOrId, StringComparison.OrdinalIgnoreCase);
}
