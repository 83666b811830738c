namespace BackupFabric.Agent.Lab.DataCenter;

/// <summary>The folder of a lab data centre.</summary>
internal sealed class LabFolder
{
    private LabFolder(string path) => Path = path;

    public string Path { get; }

    public string FaultsFile => System.IO.Path.Combine(Path, "faults.json");

    public IReadOnlyList<string> HostNames =>
        [.. Directory.EnumerateDirectories(System.IO.Path.Combine(Path, "hosts"))
            .Where(d => File.Exists(System.IO.Path.Combine(d, "host.json")))
            .Select(d => System.IO.Path.GetFileName(d))
            .Order(StringComparer.OrdinalIgnoreCase)];

    public static LabFolder Create(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(System.IO.Path.Combine(full, "hosts"));
        Directory.CreateDirectory(System.IO.Path.Combine(full, "vms"));
        return new(full);
    }

    public static LabFolder Open(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        if (!Directory.Exists(System.IO.Path.Combine(full, "hosts")))
            throw new LabException("no-lab", $"There is no lab data centre in '{full}'.", "Make one with 'bf-lab create --dir DIR --host HV1'.");
        return new(full);
    }

    public VmFolder Vm(Guid id) => new(System.IO.Path.Combine(Path, "vms", id.ToString("D").ToUpperInvariant()));

    public LabHost AddHost(string name, WindowsVersion version, TimeProvider time)
    {
        if (name.Length is 0 or > 15 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            throw new LabException("bad-host-name", $"'{name}' cannot be a host's name.", "A host name has 1 to 15 letters, digits or hyphens.");
        if (HostNames.Contains(name, StringComparer.OrdinalIgnoreCase))
            throw new LabException("host-exists", $"The lab already has a host '{name}'.", "Choose another name; 'bf-lab show' lists the hosts.");
        HostDocument document = new()
        {
            Name = name,
            OperatingSystem = version.Name,
            Switches = { new(Guid.NewGuid(), "LAN") },
        };
        string folder = System.IO.Path.Combine(Path, "hosts", name);
        Directory.CreateDirectory(System.IO.Path.Combine(folder, "C", "VMs"));
        LabJson.Replace(System.IO.Path.Combine(folder, "host.json"), document, LabJson.Default.HostDocument);
        return new(this, name, time);
    }

    public LabHost Host(string name, TimeProvider time)
    {
        string known = HostNames.FirstOrDefault(h => h.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new LabException("no-such-host", $"The lab in '{Path}' has no host '{name}'.", $"Its hosts are: {string.Join(", ", HostNames)}.");
        return new(this, known, time);
    }

    public IEnumerable<LabHost> Hosts(TimeProvider time) => HostNames.Select(h => new LabHost(this, h, time));
}
