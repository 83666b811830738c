using BackupFabric.Agent.Control;
using BackupFabric.Agent.Ports;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.Tests.Control;

public sealed class InventoryDeltaTests
{
    private static readonly VirtualMachine Web = new() { VmId = "1", Name = "web", State = VmState.Running };
    private static readonly VirtualMachine Database = new() { VmId = "2", Name = "db" };

    [Fact]
    public void What_is_the_same_is_not_told()
    {
        Assert.Null(InventoryDelta.Between(Host(Web, Database), Host(Database.Clone(), Web.Clone())));
    }

    [Fact]
    public void What_came_changed_or_went_is_told_and_nothing_else()
    {
        var stopped = Web.Clone();
        stopped.State = VmState.Off;
        var added = new VirtualMachine { VmId = "3" };

        var delta = InventoryDelta.Between(Host(Web, Database), Host(stopped, added));

        Assert.NotNull(delta);
        Assert.False(delta.Complete);
        Assert.Equal([stopped, added], delta.Vms);
        Assert.Equal(["2"], delta.Gone);
    }

    [Fact]
    public void A_changed_leftover_is_told_with_everything()
    {
        var now = new HostInventory([Web], [new LeftoverCheckpoint { VmId = "1", InstanceId = "x" }]);
        var delta = InventoryDelta.Between(Host(Web), now);
        Assert.NotNull(delta);
        Assert.True(delta.Complete);
        Assert.Single(delta.Leftovers);
    }

    private static HostInventory Host(params VirtualMachine[] vms) => new(vms, []);
}
