using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Wmi;

namespace BackupFabric.Agent.HyperV.Inventory;

/// <summary>A backup checkpoint on the host, whoever made it.</summary>
internal sealed record RecoveryCheckpoint(string InstanceId, Guid VmId, string Label, DateTimeOffset? Created, WmiObject Settings)
{
    private const string OurLabel = "BackupFabric ";

    /// <summary>
    /// Ours carry a label that says so: an administrator sees who made it, and a later run of the agent knows it without its journal.
    /// </summary>
    public bool Ours => Label.StartsWith(OurLabel, StringComparison.Ordinal);

    public static string LabelFor(Guid jobId) => OurLabel + jobId.ToString("N");

    public static RecoveryCheckpoint? Of(WmiObject settings) =>
        settings.Get<string>(Msvm_VirtualSystemSettingData.InstanceID) is { Length: > 0 } instanceId
        && VirtualMachines.IdOf(settings.Get<string>(Msvm_VirtualSystemSettingData.VirtualSystemIdentifier)) is { } vmId
            ? new(instanceId, vmId, settings.Get<string>(Msvm_VirtualSystemSettingData.ElementName) ?? "",
                DmtfTime.Parse(settings.Get<string>(Msvm_VirtualSystemSettingData.CreationTime)), settings)
            : null;
}
