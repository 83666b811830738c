using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.HyperV.Inventory;

/// <summary>A VM of this host with its active settings.</summary>
internal sealed record HostVm(Guid Id, WmiObject System, WmiObject Settings)
{
    public string Name => System.Get<string>(Msvm_ComputerSystem.ElementName) ?? Id.ToString("D");

    public Msvm_ComputerSystem.EnabledStateValue EnabledState => (Msvm_ComputerSystem.EnabledStateValue)System.Get<int>(Msvm_ComputerSystem.EnabledState);

    public ConfigurationVersion Version => ConfigurationVersion.Parse(Settings.Get<string>(Msvm_VirtualSystemSettingData.Version));

    public VmState State => EnabledState switch
    {
        Msvm_ComputerSystem.EnabledStateValue.Enabled => VmState.Running,
        Msvm_ComputerSystem.EnabledStateValue.Disabled => VmState.Off,
        Msvm_ComputerSystem.EnabledStateValue.EnabledButOffline or Msvm_ComputerSystem.EnabledStateValue.FastSaved
            or Msvm_ComputerSystem.EnabledStateValue.Suspended => VmState.Saved,
        Msvm_ComputerSystem.EnabledStateValue.Quiesce or Msvm_ComputerSystem.EnabledStateValue.Paused => VmState.Paused,
        Msvm_ComputerSystem.EnabledStateValue.Unknown => VmState.Unknown,
        _ => VmState.Other,
    };

    public ReplicaRole ReplicaRole => (Msvm_ComputerSystem.ReplicationModeValue)System.Get<int>(Msvm_ComputerSystem.ReplicationMode) switch
    {
        Msvm_ComputerSystem.ReplicationModeValue.Primary => ReplicaRole.Primary,
        Msvm_ComputerSystem.ReplicationModeValue.Replica => ReplicaRole.Replica,
        Msvm_ComputerSystem.ReplicationModeValue.TestReplica => ReplicaRole.Test,
        Msvm_ComputerSystem.ReplicationModeValue.ExtendedReplica => ReplicaRole.Extended,
        _ => ReplicaRole.None,
    };

    public uint Generation => Settings.Get<string>(Msvm_VirtualSystemSettingData.VirtualSystemSubType) switch
    {
        Msvm_VirtualSystemSettingData.VirtualSystemSubTypeText.Generation1 => 1,
        Msvm_VirtualSystemSettingData.VirtualSystemSubTypeText.Generation2 => 2,
        _ => 0,
    };

    /// <summary>
    /// The second element of OperationalStatus names the operation that holds the VM; absent when there is none.
    /// </summary>
    public Msvm_ComputerSystem.OperationalStatusValue? Operation
    {
        get
        {
            var status = System.List<int>(Msvm_ComputerSystem.OperationalStatus);
            return status.Count > 1 && status[1] is >= (int)Msvm_ComputerSystem.OperationalStatusValue.CreatingSnapshot
                and <= (int)Msvm_ComputerSystem.OperationalStatusValue.MigratingVirtualMachine ? (Msvm_ComputerSystem.OperationalStatusValue)status[1] : null;
        }
    }

    public static string Words(Msvm_ComputerSystem.OperationalStatusValue operation) => operation switch
    {
        Msvm_ComputerSystem.OperationalStatusValue.CreatingSnapshot => "a checkpoint is being created",
        Msvm_ComputerSystem.OperationalStatusValue.ApplyingSnapshot => "a checkpoint is being applied",
        Msvm_ComputerSystem.OperationalStatusValue.DeletingSnapshot => "a checkpoint is being deleted",
        Msvm_ComputerSystem.OperationalStatusValue.WaitingToStart => "it is waiting to start",
        Msvm_ComputerSystem.OperationalStatusValue.MergingDisks => "its disks are being merged",
        Msvm_ComputerSystem.OperationalStatusValue.ExportingVirtualMachine => "it is being exported",
        _ => "it is being migrated",
    };
}
