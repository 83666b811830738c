using BackupFabric.Agent.HyperV.Checkpoints;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.HyperV.Tests.Rules;

public sealed class ConsistencyLadderTests
{
    [Fact]
    public void Every_contract_begins_with_the_guest_taking_part_when_the_VM_runs()
    {
        foreach (var contract in Enum.GetValues<ConsistencyContract>())
            Assert.Equal(LadderStep.ApplicationCheckpoint, ConsistencyLadder.FirstFor(contract, VmState.Running));
    }

    [Fact]
    public void Required_never_steps_down()
    {
        foreach (var step in Enum.GetValues<LadderStep>()) Assert.Null(ConsistencyLadder.After(ConsistencyContract.ApplicationRequired, step));
        Assert.Null(ConsistencyLadder.FirstFor(ConsistencyContract.ApplicationRequired, VmState.Saved));
        Assert.Null(ConsistencyLadder.FirstFor(ConsistencyContract.ApplicationRequired, VmState.Paused));
    }

    [Fact]
    public void No_contract_goes_below_a_crash_consistent_checkpoint_yet()
    {
        foreach (var contract in Enum.GetValues<ConsistencyContract>()) Assert.Null(ConsistencyLadder.After(contract, LadderStep.CrashCheckpoint));
    }

    [Theory]
    [InlineData(VmState.Off, VmState.Off, Consistency.Offline)]
    [InlineData(VmState.Off, VmState.Running, Consistency.Crash)]
    [InlineData(VmState.Saved, VmState.Saved, Consistency.SavedState)]
    [InlineData(VmState.Running, VmState.Running, Consistency.Crash)]
    [InlineData(VmState.Paused, VmState.Paused, Consistency.Crash)]
    public void A_crash_checkpoint_is_as_good_as_the_state_it_froze(VmState before, VmState after, Consistency reached) =>
        Assert.Equal(reached, ConsistencyLadder.Reached(LadderStep.CrashCheckpoint, before, after, windowsGuest: true));

    [Fact]
    public void A_guest_that_is_no_Windows_is_file_consistent_at_most()
    {
        Assert.Equal(Consistency.Application, ConsistencyLadder.Reached(LadderStep.ApplicationCheckpoint, VmState.Running, VmState.Running, windowsGuest: true));
        Assert.Equal(Consistency.File, ConsistencyLadder.Reached(LadderStep.ApplicationCheckpoint, VmState.Running, VmState.Running, windowsGuest: false));
    }
}
