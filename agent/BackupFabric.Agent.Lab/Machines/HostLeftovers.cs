using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Storage;

namespace BackupFabric.Agent.Lab.Machines;

/// <summary>What a host holds that a finished backup or recovery should not have left.</summary>
internal sealed record HostLeftovers(string Host, int Checkpoints, int ReferencePoints, int PlannedSystems, int PendingMerges, IReadOnlyList<string> OrphanFiles)
{
    public static HostLeftovers Of(LabHost host)
    {
        IReadOnlyList<VmDocument> vms = host.Vms();
        return new(
            host.Name,
            vms.Sum(v => v.Checkpoints.Count),
            vms.Sum(v => v.ReferencePoints.Count),
            vms.Count(v => v.Planned),
            vms.Count(ChainMerge.IsDue),
            [.. Orphans(host, vms)]);
    }

    private static IEnumerable<string> Orphans(LabHost host, IReadOnlyList<VmDocument> vms)
    {
        HashSet<string> owned = new(vms.SelectMany(Owned), StringComparer.OrdinalIgnoreCase);
        return host.Volumes.Volumes
            .SelectMany(v => Directory.EnumerateFiles(v, "*", SearchOption.AllDirectories))
            .Select(host.Volumes.ToWindows)
            .Where(path => !owned.Contains(path))
            .Order(StringComparer.OrdinalIgnoreCase);
    }

    private static IEnumerable<string> Owned(VmDocument vm) =>
        [.. SystemDefinition.OwnFiles(vm), .. vm.Settings.Disks.SelectMany(d => d.Chain).Select(f => f.Path)];
}
