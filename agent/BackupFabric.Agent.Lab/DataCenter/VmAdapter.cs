namespace BackupFabric.Agent.Lab.DataCenter;

internal sealed class VmAdapter
{
    public Guid Id { get; set; }

    public string Name { get; set; } = "Network Adapter";

    public string Mac { get; set; } = "";

    public bool StaticMac { get; set; }

    public bool Connected { get; set; } = true;

    /// <summary>Object path of the switch, with the name of the host that holds it.</summary>
    public string SwitchPath { get; set; } = "";

    public string SwitchName { get; set; } = "";
}
