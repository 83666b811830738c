using BackupFabric.Agent.HyperV.Checkpoints;
using BackupFabric.Agent.HyperV.Inventory;

namespace BackupFabric.Agent.HyperV.Tests.Rules;

public sealed class ReplicaGateTests
{
    private static readonly int[] StableOnTheReplica = [0, 3, 4, 5, 6, 7];
    private static readonly int[] UnstableOnThePrimary = [2, 10, 12, 13];

    [Fact]
    public void A_replica_waits_in_every_state_that_is_not_known_to_be_stable()
    {
        for (var state = 0; state <= 22; state++)
        {
            Assert.Equal(!StableOnTheReplica.Contains(state), ReplicaGate.MustWait(Vm(mode: 2, state)));
            Assert.Equal(UnstableOnThePrimary.Contains(state), ReplicaGate.MustWait(Vm(mode: 1, state)));
            Assert.False(ReplicaGate.MustWait(Vm(mode: 0, state)));
        }
    }

    private static HostVm Vm(int mode, int state) => new(Guid.NewGuid(),
        ScriptedWmi.Instance("Msvm_ComputerSystem", null, ("ReplicationMode", (ushort)mode), ("ReplicationState", (ushort)state)),
        ScriptedWmi.Instance("Msvm_VirtualSystemSettingData", null));
}
