namespace BackupFabric.Agent.Lab.DataCenter;

internal sealed class VmController
{
    public Guid Id { get; set; }

    /// <summary>"scsi" or "ide".</summary>
    public string Kind { get; set; } = "scsi";

    public int Number { get; set; }
}
