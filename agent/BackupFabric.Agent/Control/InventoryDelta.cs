using BackupFabric.Agent.Ports;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.Control;

/// <summary>What the server has to hear so that it knows the host as it is now. Pure.</summary>
internal static class InventoryDelta
{
    public static Inventory Complete(HostInventory now)
    {
        var inventory = new Inventory { Complete = true };
        inventory.Vms.AddRange(now.Vms);
        inventory.Leftovers.AddRange(now.Leftovers);
        return inventory;
    }

    /// <summary>Null when nothing has changed. Leftovers have no delta of their own: when they change, everything is told again.</summary>
    public static Inventory? Between(HostInventory before, HostInventory now)
    {
        if (!before.Leftovers.SequenceEqual(now.Leftovers)) return Complete(now);
        var known = before.Vms.ToDictionary(v => v.VmId);
        var delta = new Inventory();
        foreach (var vm in now.Vms)
        {
            if (!known.Remove(vm.VmId, out var old) || !old.Equals(vm)) delta.Vms.Add(vm);
        }

        delta.Gone.AddRange(known.Keys);
        return delta.Vms.Count + delta.Gone.Count > 0 ? delta : null;
    }
}
