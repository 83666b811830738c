using System.Text.Json.Serialization;

namespace BackupFabric.Agent.Lab.DataCenter;

/// <summary>One configuration: of a VM, of a checkpoint, or of an exported definition.</summary>
internal sealed class VmSettings
{
    public string Name { get; set; } = "";

    public int Generation { get; set; } = 2;

    public string Version { get; set; } = "";

    public int Processors { get; set; } = 2;

    public long MemoryMegabytes { get; set; } = 2048;

    public int UserSnapshotType { get; set; } = 3;

    public string ConfigurationRoot { get; set; } = "";

    /// <summary>Relative to <see cref="ConfigurationRoot"/>.</summary>
    public string ConfigurationFile { get; set; } = "";

    public string SnapshotRoot { get; set; } = "";

    public string SwapRoot { get; set; } = "";

    public string? GuestStateFile { get; set; }

    public List<string> Notes { get; set; } = [];

    public Guid BiosId { get; set; }

    public List<VmController> Controllers { get; set; } = [];

    public List<VmDisk> Disks { get; set; } = [];

    public List<VmAdapter> Adapters { get; set; } = [];

    /// <summary>Disks that are there; a drive may be empty.</summary>
    [JsonIgnore]
    public IReadOnlyList<VmDisk> AttachedDisks => [.. Disks.Where(d => d.Chain.Count > 0)];

    public VmSettings Copy() => LabJson.Copy(this, LabJson.Default.VmSettings);
}
