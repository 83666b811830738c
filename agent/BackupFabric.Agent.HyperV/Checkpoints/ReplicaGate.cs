using BackupFabric.Agent.HyperV.Inventory;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.HyperV.Checkpoints;

/// <summary>Whether a Hyper-V Replica VM may be backed up now. While its files are being changed by replication the host refuses, or worse, does not.</summary>
internal static class ReplicaGate
{
    public static bool MustWait(HostVm vm)
    {
        var state = (Msvm_ComputerSystem.ReplicationStateValue)vm.System.Get<int>(Msvm_ComputerSystem.ReplicationState);
        return vm.ReplicaRole switch
        {
            ReplicaRole.None => false,
            ReplicaRole.Primary => state is Msvm_ComputerSystem.ReplicationStateValue.WaitingToCompleteInitialReplication
                or Msvm_ComputerSystem.ReplicationStateValue.Resynchronizing
                or Msvm_ComputerSystem.ReplicationStateValue.FailoverInProgress
                or Msvm_ComputerSystem.ReplicationStateValue.FailbackInProgress,
            // On the replica side everything waits that is not known to leave the files alone.
            _ => state is not (Msvm_ComputerSystem.ReplicationStateValue.Disabled
                or Msvm_ComputerSystem.ReplicationStateValue.Replicating
                or Msvm_ComputerSystem.ReplicationStateValue.SyncedReplicationComplete
                or Msvm_ComputerSystem.ReplicationStateValue.Recovered
                or Msvm_ComputerSystem.ReplicationStateValue.Committed
                or Msvm_ComputerSystem.ReplicationStateValue.Suspended),
        };
    }
}
