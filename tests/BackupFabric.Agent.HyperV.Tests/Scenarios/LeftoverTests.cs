using BackupFabric.Agent.HyperV.Tests.Bench;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Machines;
using BackupFabric.Agent.Ports;
using LabCheckpoints = BackupFabric.Agent.Lab.Storage.Checkpoints;

namespace BackupFabric.Agent.HyperV.Tests.Scenarios;

/// <summary>Checkpoints that somebody left: ours go, others' are shown.</summary>
public sealed class LeftoverTests : IAsyncDisposable
{
    private readonly LabBench _bench = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_checkpoint_left_by_a_dead_agent_is_shown_as_ours_and_removed()
    {
        var vm = await AbandonedAsync();
        var leftover = Assert.Single((await _bench.Agent(_bench.Here).InventoryAsync(Cancellation)).Leftovers);
        Assert.Equal((vm.Id.ToString("D"), true), (leftover.VmId, leftover.Ours));
        Assert.InRange(leftover.Created.ToDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-10), DateTimeOffset.UtcNow.AddMinutes(1));
        await _bench.RestartAsync(_bench.Here);
        _bench.AssertNothingLeft(_bench.Here);
    }

    [Fact]
    public async Task The_next_backup_removes_our_leftover_even_without_its_journal()
    {
        var vm = await AbandonedAsync();
        _bench.Journal.Noted();
        await using (await _bench.Agent(_bench.Here).SnapshotAsync(LabBench.Request(vm), _bench.Journal, Cancellation))
            Assert.Equal(1, HostLeftovers.Of(_bench.Here).Checkpoints);
        _bench.AssertNothingLeft(_bench.Here);
    }

    [Fact]
    public async Task A_checkpoint_of_another_product_is_shown_and_never_touched()
    {
        var vm = await _bench.VmAsync();
        var foreign = await LabCheckpoints.CreateAsync(_bench.Here, vm.Id, 2, Cancellation);
        await using (await _bench.Agent(_bench.Here).SnapshotAsync(LabBench.Request(vm), _bench.Journal, Cancellation))
        {
        }

        // A crash before the host had told our checkpoint's id, and before there was one.
        await _bench.Journal.RecordAsync(Guid.NewGuid(), JournalKind.Checkpoint, vm.Id,
            JournalDetails.Text(new CheckpointDetail(null, [SettingIds.Settings(foreign.Id)], @"C:\ProgramData\BackupFabric\Work\export-1")), Cancellation);
        await _bench.RestartAsync(_bench.Here);

        var leftover = Assert.Single((await _bench.Agent(_bench.Here).InventoryAsync(Cancellation)).Leftovers);
        Assert.Equal((SettingIds.Settings(foreign.Id), false), (leftover.InstanceId, leftover.Ours));
    }

    [Fact]
    public async Task Of_two_unknown_checkpoints_none_is_guessed_to_be_ours()
    {
        var vm = await _bench.VmAsync();
        await _bench.Journal.RecordAsync(Guid.NewGuid(), JournalKind.Checkpoint, vm.Id, JournalDetails.Text(new CheckpointDetail(null, [], "")), Cancellation);
        await LabCheckpoints.CreateAsync(_bench.Here, vm.Id, 2, Cancellation);
        await LabCheckpoints.CreateAsync(_bench.Here, vm.Id, 2, Cancellation);
        await _bench.RestartAsync(_bench.Here);
        Assert.Equal(2, HostLeftovers.Of(_bench.Here).Checkpoints);
    }

    [Fact]
    public async Task A_recovered_VM_that_somebody_started_is_left_alone()
    {
        var vm = await _bench.VmAsync(running: false);
        var name = vm.Id.ToString("D").ToUpperInvariant();
        await _bench.Journal.RecordAsync(Guid.NewGuid(), JournalKind.RecoveredVm, vm.Id,
            JournalDetails.Text(new RecoveredVmDetail("web", @"C:\VMs\web", false, [], name, "")), Cancellation);
        _bench.Change(vm.Id, v => v.Running = true);
        await _bench.RestartAsync(_bench.Here);
        Assert.True(File.Exists(_bench.Here.Volumes.ToLocal(vm.Settings.Disks[0].Path)));
        Assert.NotNull(_bench.Here.FindVm(vm.Id));
    }

    [Fact]
    public async Task A_VM_that_was_there_before_the_recovery_is_never_removed()
    {
        var vm = await _bench.VmAsync(running: false);
        var name = vm.Id.ToString("D").ToUpperInvariant();
        await _bench.Journal.RecordAsync(Guid.NewGuid(), JournalKind.RecoveredVm, vm.Id,
            JournalDetails.Text(new RecoveredVmDetail("web", @"C:\VMs\other", false, [name], name, "")), Cancellation);
        await _bench.RestartAsync(_bench.Here);
        Assert.NotNull(_bench.Here.FindVm(vm.Id));
        Assert.True(File.Exists(_bench.Here.Volumes.ToLocal(vm.Settings.Disks[0].Path)));
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    private async Task<VmDocument> AbandonedAsync()
    {
        var vm = await _bench.VmAsync();
        var death = new Death(int.MaxValue);
        var seams = _bench.SeamsOf(_bench.Here);
        var snapshot = await LabBench.Agent(death.Over(seams)).SnapshotAsync(LabBench.Request(vm), _bench.Journal, Cancellation);
        // The handles of a dead process are closed by the system; its clean-up never runs.
        foreach (var disk in snapshot.Disks) await ((IAsyncDisposable)disk).DisposeAsync();
        await _bench.EndAsync(seams, _bench.Here);
        return vm;
    }
}
