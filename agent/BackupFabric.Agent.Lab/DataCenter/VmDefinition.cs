namespace BackupFabric.Agent.Lab.DataCenter;

/// <summary>What a .vmcx file of the lab holds.</summary>
internal sealed class VmDefinition
{
    public Guid VmId { get; set; }

    public VmSettings Settings { get; set; } = new();

    public GuestIdentity Guest { get; set; } = new();
}
