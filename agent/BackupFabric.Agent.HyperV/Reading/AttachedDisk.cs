using BackupFabric.Agent.HyperV.Seams;

namespace BackupFabric.Agent.HyperV.Reading;

/// <summary>A disk image in a VM's settings (active or of a checkpoint).</summary>
/// <param name="InstanceId">Of the Msvm_StorageAllocationSettingData.</param>
/// <param name="Path">HostResource[0].</param>
/// <param name="Location">"SCSI 0:1".</param>
/// <param name="Shared">Opened for sharing between the nodes of a guest cluster.</param>
internal sealed record AttachedDisk(string InstanceId, string Path, string Location, bool Shared, WmiObject Settings)
{
    public bool IsVhd => Ends(".vhd") || Ends(".avhd");

    public bool IsVhdSet => Ends(".vhds");

    private bool Ends(string extension) => Path.EndsWith(extension, StringComparison.OrdinalIgnoreCase);
}
