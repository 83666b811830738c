using BackupFabric.Agent.HyperV.Inventory;
using BackupFabric.Agent.HyperV.Reading;
using BackupFabric.Disks;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.HyperV.Recovery;

/// <param name="Path">Where the new image goes.</param>
/// <param name="OriginalPath">In the definition; empty when the definition does not know the disk.</param>
internal sealed record PlannedDisk(string DiskKey, string Path, string OriginalPath, string Location, DiskImageOptions Image);

/// <summary>
/// What a recovery will make, worked out and judged without touching the host. Everything of the VM goes below one folder, laid out as Hyper-V does.
/// </summary>
/// <param name="Definition">Name of the definition among the configuration's files.</param>
internal sealed record RecoveryPlan(
    string Name, string Folder, Guid VmId, bool NewIdentity, ConfigurationVersion Version, string Definition, VmConfiguration Configuration, IReadOnlyList<PlannedDisk> Disks, long ContentBytes)
{
    public const string DiskFolder = "Virtual Hard Disks";
    public const string ConfigurationFolder = "Virtual Machines";
    public const string SnapshotFolder = "Snapshots";

    /// <param name="keepDiskIds">
    /// The id that guests see on page 83 stays the same, so that what inside the guest names disks by it goes on working; except where the original is
    /// on the same host, which must not see two disks of one id.
    /// </param>
    public static RecoveryPlan For(RecoverOrder order, VmConfiguration configuration, string defaultRoot, bool keepDiskIds)
    {
        var name = order.Name.Trim();
        if (name.Length == 0) name = configuration.Name;
        var folder = order.Folder.Length > 0 ? order.Folder.TrimEnd('\\') : HostPath.Join(defaultRoot, FolderName(name));
        if (HostPath.WhyNotFolder(folder) is { } why) throw HyperVProblems.TargetPathInvalid(folder, why);
        if (order.Disks.Count == 0) throw HyperVProblems.ConfigurationDamaged("the recovery point has no disks");

        var disks = PlanDisks(order, configuration, folder, keepDiskIds);
        return new(name, folder, VmIdOf(order, configuration), order.NewIdentity, ConfigurationVersion.Parse(configuration.Version),
            DefinitionOf(configuration), configuration, disks, order.Disks.Sum(d => (long)d.ContentBytes));
    }

    private static List<PlannedDisk> PlanDisks(RecoverOrder order, VmConfiguration configuration, string folder, bool keepDiskIds)
    {
        var planned = new List<PlannedDisk>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var disk in order.Disks)
        {
            if (!Guid.TryParse(disk.DiskKey, out var id)) throw HyperVProblems.ConfigurationDamaged($"'{disk.DiskKey}' is not a disk id");
            var path = HostPath.Join(HostPath.Join(folder, DiskFolder), UniqueName(disk.FileName, planned.Count, names));
            if (HostPath.IsTooLong(path)) throw HyperVProblems.TargetPathInvalid(path, "it is too long");
            var configured = configuration.Disks.FirstOrDefault(d => string.Equals(d.DiskKey, disk.DiskKey, StringComparison.OrdinalIgnoreCase));
            planned.Add(new(disk.DiskKey, path, configured?.Path ?? "", configured?.Location ?? "", new DiskImageOptions(
                DiskFormat.Vhdx, DiskKind.Dynamic, checked((long)disk.Length),
                disk.LogicalSector > 0 ? (int)disk.LogicalSector : 512,
                disk.PhysicalSector > 0 ? (int)disk.PhysicalSector : 4096,
                (int)disk.BlockSize, keepDiskIds ? id : null, Bulk: true)));
        }

        return planned;
    }

    private static string UniqueName(string fileName, int number, HashSet<string> taken)
    {
        // Images are made as VHDX whatever they were, and two disks of one name may come from two folders.
        var name = ImageName.OfRoot(HostPath.FileName(fileName));
        var stem = name.LastIndexOf('.') is > 0 and var dot ? name[..dot] : name;
        if (!HostPath.IsName(stem + ".vhdx")) stem = $"disk-{number}";
        var unique = stem + ".vhdx";
        for (var i = 2; !taken.Add(unique); i++) unique = $"{stem}-{i}.vhdx";
        return unique;
    }

    private static Guid VmIdOf(RecoverOrder order, VmConfiguration configuration) =>
        Guid.TryParse(order.VmId, out var id) || Guid.TryParse(configuration.VmId, out id) ? id : throw HyperVProblems.ConfigurationDamaged($"'{order.VmId}' is not a VM id");

    /// <summary>An export may hold more than one definition (checkpoints); the VM's own carries its id, or lies in the folder for VMs.</summary>
    private static string DefinitionOf(VmConfiguration configuration)
    {
        foreach (var file in configuration.Files)
        {
            if (file.Name.Split('/') is var parts && (parts.Length > 4 || parts.Any(p => !HostPath.IsName(p))))
                throw HyperVProblems.ConfigurationDamaged($"'{file.Name}' is not a name for a configuration file");
        }

        var definitions = configuration.Files.Select(f => f.Name)
            .Where(n => n.EndsWith(".vmcx", StringComparison.OrdinalIgnoreCase) || n.EndsWith(".xml", StringComparison.OrdinalIgnoreCase)).ToList();
        return definitions.FirstOrDefault(n => n.Contains(configuration.VmId, StringComparison.OrdinalIgnoreCase) && configuration.VmId.Length > 0)
            ?? definitions.FirstOrDefault(n => n.StartsWith(ConfigurationFolder + "/", StringComparison.OrdinalIgnoreCase))
            ?? (definitions.Count == 1 ? definitions[0] : throw HyperVProblems.ConfigurationDamaged("it holds no definition of the VM"));
    }

    private static string FolderName(string name)
    {
        var safe = new string([.. name.Select(c => HostPath.IsName(c.ToString()) || c is ' ' or '.' ? c : '_')]).TrimEnd(' ', '.');
        return HostPath.IsName(safe) ? safe : "vm-" + safe;
    }
}
