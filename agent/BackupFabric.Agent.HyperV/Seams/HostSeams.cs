namespace BackupFabric.Agent.HyperV.Seams;

/// <summary>Everything below which Windows begins; on Windows thin bindings, in the lab a simulated data centre.</summary>
/// <param name="Virtualization">The namespace root\virtualization\v2.</param>
/// <param name="OperatingSystem">"Microsoft Windows Server 2022 Datacenter 10.0.20348".</param>
public sealed record HostSeams(string HostName, string OperatingSystem, IWmi Virtualization, IVirtualDiskService Disks, IHostFiles Files);
