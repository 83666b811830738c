using BackupFabric.Agent.Lab.Faults;
using BackupFabric.Agent.Lab.Volumes;

namespace BackupFabric.Agent.Lab.DataCenter;

/// <summary>One host of the lab: its document, the VMs registered on it, its volumes.</summary>
internal sealed class LabHost
{
    public LabHost(LabFolder lab, string name, TimeProvider time)
    {
        Lab = lab;
        Name = name;
        Time = time;
        Folder = Path.Combine(lab.Path, "hosts", name);
        Volumes = new VolumePaths(Folder);
        Faults = new LabFaults(lab, name, time);
    }

    public LabFolder Lab { get; }

    public string Name { get; }

    public TimeProvider Time { get; }

    public string Folder { get; }

    public VolumePaths Volumes { get; }

    public LabFaults Faults { get; }

    public WindowsVersion Version => WindowsVersion.Parse(Document.OperatingSystem);

    public HostDocument Document =>
        LabJson.Read(Path.Combine(Folder, "host.json"), LabJson.Default.HostDocument)
        ?? throw new LabException("no-such-host", $"The lab has lost the document of host '{Name}'.", "Make a new lab with 'bf-lab create'.");

    public void Change(Action<HostDocument> change)
    {
        HostDocument document = Document;
        change(document);
        LabJson.Replace(Path.Combine(Folder, "host.json"), document, LabJson.Default.HostDocument);
    }

    public IReadOnlyList<VmDocument> Vms()
    {
        string folder = Path.Combine(Folder, "vms");
        if (!Directory.Exists(folder))
            return [];
        return [.. Directory.EnumerateFiles(folder, "*.json")
            .Order(StringComparer.OrdinalIgnoreCase)
            .Select(f => LabJson.Read(f, LabJson.Default.VmDocument))
            .OfType<VmDocument>()];
    }

    public VmDocument? FindVm(Guid id) => LabJson.Read(VmFile(id), LabJson.Default.VmDocument);

    /// <summary>By name or GUID among the registered VMs.</summary>
    public VmDocument Vm(string nameOrId)
    {
        IReadOnlyList<VmDocument> vms = Vms();
        return vms.FirstOrDefault(v => Guid.TryParse(nameOrId, out Guid id) && v.Id == id)
            ?? vms.FirstOrDefault(v => !v.Planned && v.Settings.Name.Equals(nameOrId, StringComparison.OrdinalIgnoreCase))
            ?? throw new LabException("no-such-vm", $"Host '{Name}' has no VM '{nameOrId}'.", "'bf-lab vm list' shows the VMs of the lab.");
    }

    public void Save(VmDocument vm) => LabJson.Replace(VmFile(vm.Id), vm, LabJson.Default.VmDocument);

    public void Remove(Guid id) => File.Delete(VmFile(id));

    public VmFolder FolderOf(Guid vm) => Lab.Vm(vm);

    /// <summary>The file that holds open handles on a disk image apart from merges: readers share it, a merge takes it alone.</summary>
    public string HandleLock(string windowsPath) =>
        Path.Combine(Folder, "locks", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(windowsPath.ToUpperInvariant())))[..32]);

    /// <summary>A line in the host's event log.</summary>
    public void LogEvent(int id, string text) =>
        File.AppendAllText(Path.Combine(Folder, "events.log"), $"{Time.GetUtcNow():O} {id} {text.ReplaceLineEndings(" ")}\n");

    private string VmFile(Guid id) => Path.Combine(Folder, "vms", $"{id.ToString("D").ToUpperInvariant()}.json");
}
