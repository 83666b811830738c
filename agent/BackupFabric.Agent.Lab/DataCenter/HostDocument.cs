namespace BackupFabric.Agent.Lab.DataCenter;

internal sealed class HostDocument
{
    public string Name { get; set; } = "";

    public string OperatingSystem { get; set; } = "";

    public bool On { get; set; } = true;

    public List<LabSwitch> Switches { get; set; } = [];

    /// <summary>Size of a volume ("C"); what is not named here is as large as the disk below the lab.</summary>
    public Dictionary<string, long> VolumeBytes { get; set; } = [];
}

internal sealed record LabSwitch(Guid Id, string Name);
