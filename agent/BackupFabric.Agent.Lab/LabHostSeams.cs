using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Storage;
using BackupFabric.Agent.Lab.Volumes;
using BackupFabric.Agent.Lab.Wmi;

namespace BackupFabric.Agent.Lab;

/// <summary>The seams of one host of a lab data centre. Several processes may open the same lab, also the same host.</summary>
public static class LabHostSeams
{
    /// <summary>Merges that a dead process left begin again in the background; disposing the WMI seam stops them at a safe place.</summary>
    public static HostSeams Open(string labFolder, string hostName, TimeProvider? time = null)
    {
        LabHost host = LabFolder.Open(labFolder).Host(hostName, time ?? TimeProvider.System);
        return new(host.Name, host.Version.Description, new LabWmi(host), new LabVirtualDiskService(host), new LabHostFiles(host));
    }
}
