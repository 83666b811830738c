using BackupFabric.Agent.HyperV.Tests.Bench;
using BackupFabric.Agent.Ports;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.HyperV.Tests.Scenarios;

/// <summary>Rows of the backup flow with change tracking: checkpoint, configuration, reading.</summary>
public sealed class SnapshotTests : IAsyncDisposable
{
    private readonly LabBench _bench = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_running_VM_is_read_byte_for_byte_as_it_was_and_nothing_stays()
    {
        var vm = await _bench.VmAsync(disks: 2);
        await _bench.GuestWritesAsync(vm, 1 << 20, seed: 7);
        await using (var snapshot = await _bench.Agent(_bench.Here).SnapshotAsync(LabBench.Request(vm), _bench.Journal, Cancellation))
        {
            await _bench.GuestWritesAsync(vm, 1 << 20, seed: 8);
            Assert.Equal(Consistency.Application, snapshot.Consistency);
            Assert.Empty(snapshot.Warnings);
            Assert.Equal(["SCSI 0:0", "SCSI 0:1"], snapshot.Disks.Select(d => d.Location));
            Assert.Equal(@"C:\VMs\web\Virtual Hard Disks\web.vhdx", snapshot.Disks[0].Path);
            for (var i = 0; i < 2; i++) Assert.Equal(await _bench.TruthAsync(vm, i), await PointCopy.ReadAsync(snapshot.Disks[i], Cancellation));
        }

        _bench.AssertNothingLeft(_bench.Here);
    }

    [Fact]
    public async Task A_read_that_is_no_multiple_of_the_sector_gives_the_same_bytes()
    {
        var vm = await _bench.VmAsync();
        await using var snapshot = await _bench.Agent(_bench.Here).SnapshotAsync(LabBench.Request(vm), _bench.Journal, Cancellation);
        var disk = snapshot.Disks[0];
        var whole = await PointCopy.ReadAsync(disk, Cancellation);
        var part = new byte[1000];
        foreach (var offset in new[] { 1L, 511, 4097, disk.Length - 1000 })
        {
            await disk.ReadAsync(offset, part, Cancellation);
            Assert.Equal(whole.AsSpan((int)offset, part.Length).ToArray(), part);
        }

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await disk.ReadAsync(disk.Length - 999, part, Cancellation));
    }

    [Fact]
    public async Task The_configuration_is_taken_with_its_files_settings_and_disks()
    {
        var vm = await _bench.VmAsync();
        await using var snapshot = await _bench.Agent(_bench.Here).SnapshotAsync(LabBench.Request(vm), _bench.Journal, Cancellation);
        var configuration = snapshot.Configuration;
        Assert.Equal((vm.Id.ToString("D"), "web", 2u, "10.0"), (configuration.VmId, configuration.Name, configuration.Generation, configuration.Version));
        Assert.Contains(configuration.Files, f => f.Name == $"Virtual Machines/{vm.Id.ToString("D").ToUpperInvariant()}.vmcx" && f.Content.Length > 0);
        Assert.Contains(configuration.Files, f => f.Name.EndsWith(".vmgs", StringComparison.Ordinal));
        Assert.Equal(snapshot.Disks[0].DiskKey, Assert.Single(configuration.Disks).DiskKey);
        Assert.Contains("Msvm_EthernetPortAllocationSettingData", configuration.SettingsJson, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_refuses_the_export_gives_the_configuration_by_its_files()
    {
        var vm = await _bench.VmAsync();
        _bench.Fault(f => f.Methods.Add(new() { Method = "ExportSystemDefinition", JobError = "no" }));
        await using (var snapshot = await _bench.Agent(_bench.Here).SnapshotAsync(LabBench.Request(vm), _bench.Journal, Cancellation))
            Assert.Contains(snapshot.Configuration.Files, f => f.Name.EndsWith(".vmcx", StringComparison.Ordinal) && f.Content.Length > 0);
        _bench.AssertNothingLeft(_bench.Here);
    }

    [Theory]
    [InlineData(ConsistencyContract.ApplicationPreferred, true)]
    [InlineData(ConsistencyContract.CrashAccepted, false)]
    [InlineData(ConsistencyContract.OfflineAccepted, false)]
    public async Task A_guest_that_cannot_be_quiesced_is_copied_crash_consistently_and_it_is_said(ConsistencyContract contract, bool warned)
    {
        var vm = await _bench.VmAsync();
        _bench.Change(vm.Id, v => v.Guest.VssStatus = 12);
        await using var snapshot = await _bench.Agent(_bench.Here).SnapshotAsync(LabBench.Request(vm, contract), _bench.Journal, Cancellation);
        Assert.Equal(Consistency.Crash, snapshot.Consistency);
        Assert.Equal(warned, snapshot.Warnings.Any(w => w.Code == "consistency-stepped-down" && w.Sentence.Contains("Volume Shadow Copy", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Required_application_consistency_fails_instead_of_stepping_down()
    {
        var vm = await _bench.VmAsync();
        _bench.Change(vm.Id, v => v.Guest.VssStatus = 12);
        var problem = await RefusalAsync(vm, ConsistencyContract.ApplicationRequired);
        Assert.Equal(("consistency-not-reached", RetryClass.AfterOperatorActs), (problem.Code, problem.Retry));
        Assert.Contains("Volume Shadow Copy", problem.Sentence, StringComparison.Ordinal);
        _bench.AssertNothingLeft(_bench.Here);
    }

    [Fact]
    public async Task A_Linux_guest_is_called_file_consistent()
    {
        var vm = await _bench.VmAsync(guestOs: "Debian GNU/Linux 12");
        await using var snapshot = await _bench.Agent(_bench.Here).SnapshotAsync(LabBench.Request(vm, ConsistencyContract.ApplicationRequired), _bench.Journal, Cancellation);
        Assert.Equal(Consistency.File, snapshot.Consistency);
    }

    [Fact]
    public async Task A_VM_that_is_off_satisfies_every_contract()
    {
        var vm = await _bench.VmAsync(running: false);
        foreach (var contract in Enum.GetValues<ConsistencyContract>())
        {
            await using var snapshot = await _bench.Agent(_bench.Here).SnapshotAsync(LabBench.Request(vm, contract), _bench.Journal, Cancellation);
            Assert.Equal(Consistency.Offline, snapshot.Consistency);
        }

        _bench.AssertNothingLeft(_bench.Here);
    }

    [Theory]
    [InlineData(32775u)]
    [InlineData(32774u)]
    public async Task A_busy_VM_is_retried_later_and_never_stepped_down(uint code)
    {
        var vm = await _bench.VmAsync();
        _bench.Fault(f => f.Methods.Add(new() { Method = "CreateSnapshot", ReturnValue = code }));
        var problem = await RefusalAsync(vm, ConsistencyContract.ApplicationPreferred);
        Assert.Equal(("vm-busy", RetryClass.Later), (problem.Code, problem.Retry));
        _bench.AssertNothingLeft(_bench.Here);
    }

    [Fact]
    public async Task An_operation_that_holds_the_VM_is_named()
    {
        var vm = await _bench.VmAsync();
        _bench.Change(vm.Id, v => v.Operation = 32774);
        var problem = await RefusalAsync(vm, ConsistencyContract.ApplicationPreferred);
        Assert.Equal("vm-busy", problem.Code);
        Assert.Contains("being migrated", problem.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_VM_is_backed_up_by_one_job_at_a_time()
    {
        var vm = await _bench.VmAsync();
        var agent = _bench.Agent(_bench.Here);
        await using (await agent.SnapshotAsync(LabBench.Request(vm), _bench.Journal, Cancellation))
        {
            var refused = await Assert.ThrowsAsync<ProblemException>(() => agent.SnapshotAsync(LabBench.Request(vm), _bench.Journal, Cancellation));
            Assert.Equal("vm-busy", refused.Problem.Code);
        }

        await using var again = await agent.SnapshotAsync(LabBench.Request(vm), _bench.Journal, Cancellation);
    }

    [Fact]
    public async Task A_VM_with_checkpoints_switched_off_says_where_to_switch_them_on()
    {
        var vm = await _bench.VmAsync();
        _bench.Change(vm.Id, v => v.Settings.UserSnapshotType = 2);
        Assert.Equal("checkpoints-disabled", (await RefusalAsync(vm, ConsistencyContract.ApplicationPreferred)).Code);
        _bench.AssertNothingLeft(_bench.Here);
    }

    [Fact]
    public async Task A_damaged_image_is_named_and_nothing_stays()
    {
        var vm = await _bench.VmAsync();
        Lab.Machines.ImageDamage.Strike(_bench.Here.Volumes.ToLocal(vm.Settings.Disks[0].Path));
        var problem = await RefusalAsync(vm, ConsistencyContract.ApplicationPreferred);
        Assert.Equal("disk-image-damaged", problem.Code);
        Assert.Contains(vm.Settings.Disks[0].Path, problem.Sentence, StringComparison.Ordinal);
        _bench.AssertNothingLeft(_bench.Here);
    }

    [Fact]
    public async Task A_VM_that_is_not_here_is_said_not_to_be_here()
    {
        var refused = await Assert.ThrowsAsync<ProblemException>(() =>
            _bench.Agent(_bench.Here).SnapshotAsync(new SnapshotRequest(Guid.NewGuid(), Guid.NewGuid(), default, null), _bench.Journal, Cancellation));
        Assert.Equal("vm-not-here", refused.Problem.Code);
        Assert.Empty(_bench.Journal.Entries);
    }

    [Fact]
    public async Task A_host_that_is_off_is_a_problem_not_a_crash()
    {
        var vm = await _bench.VmAsync();
        var agent = _bench.Agent(_bench.Here);
        _bench.Here.Change(h => h.On = false);
        var refused = await Assert.ThrowsAsync<ProblemException>(() => agent.SnapshotAsync(LabBench.Request(vm), _bench.Journal, Cancellation));
        Assert.Equal("hyperv-not-running", refused.Problem.Code);
        refused = await Assert.ThrowsAsync<ProblemException>(() => agent.InventoryAsync(Cancellation));
        Assert.Equal("hyperv-not-running", refused.Problem.Code);
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    private async Task<Problem> RefusalAsync(Lab.DataCenter.VmDocument vm, ConsistencyContract contract) =>
        (await Assert.ThrowsAsync<ProblemException>(() => _bench.Agent(_bench.Here).SnapshotAsync(LabBench.Request(vm, contract), _bench.Journal, Cancellation))).Problem;
}
