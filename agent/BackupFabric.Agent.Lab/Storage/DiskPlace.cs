using BackupFabric.Agent.Lab.DataCenter;

namespace BackupFabric.Agent.Lab.Storage;

/// <summary>What a disk file is to the VMs of the host: the file a guest writes to, the frozen file of a checkpoint, or nobody's.</summary>
/// <param name="Frozen">The checkpoint whose disk it is.</param>
/// <param name="Live">A running guest writes to it.</param>
/// <param name="Files">The files of the chain up to this one.</param>
internal sealed record DiskPlace(VmDocument? Vm, VmDisk? Disk, VmCheckpoint? Frozen, bool Live, IReadOnlyList<string> Files)
{
    public static DiskPlace Find(LabHost host, string path)
    {
        foreach (VmDocument vm in host.Vms())
        {
            foreach (VmDisk disk in vm.Settings.Disks)
            {
                int index = disk.Chain.FindIndex(f => Same(f.Path, path));
                if (index < 0)
                    continue;
                VmCheckpoint? frozen = vm.Checkpoints.FirstOrDefault(c => c.Settings.Disks.Any(d => Same(d.Path, path)));
                bool live = vm.Running && index == disk.Chain.Count - 1;
                return new(vm, disk, frozen, live, [.. disk.Chain.Take(index + 1).Select(f => f.Path)]);
            }
        }

        return new(null, null, null, false, [path]);
    }

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
