namespace BackupFabric.Agent.Lab.DataCenter;

/// <summary>What the integration services of the guest tell the host.</summary>
internal sealed class GuestIdentity
{
    public string OperatingSystem { get; set; } = "Windows Server 2022 Datacenter";

    public string ComputerName { get; set; } = "guest";

    /// <summary>Msvm_VssComponent.OperationalStatus[0] while the VM runs: 2 OK, 3 degraded, 12 no contact...</summary>
    public int VssStatus { get; set; } = 2;

    public int HeartbeatStatus { get; set; } = 2;
}
