using BackupFabric.Agent.HyperV.Tests.Bench;
using BackupFabric.Agent.Lab.Machines;
using BackupFabric.Agent.Ports;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.HyperV.Tests.Scenarios;

/// <summary>Change tracking: the reference point, what changed since, and every doubt about it.</summary>
public sealed class BaselineTests : IAsyncDisposable
{
    private readonly LabBench _bench = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_next_synchronization_reads_only_what_the_guest_wrote_and_gets_all_of_it()
    {
        var vm = await _bench.VmAsync(disks: 2);
        var (content, baseline) = await FirstAsync(vm);
        _bench.AssertNothingLeft(_bench.Here, referencePoints: 1);
        await _bench.GuestWritesAsync(vm, 512 << 10, seed: 3);

        var agent = _bench.Agent(_bench.Here);
        await using (var snapshot = await agent.SnapshotAsync(LabBench.Request(vm, baseline: baseline), _bench.Journal, Cancellation))
        {
            for (var i = 0; i < 2; i++)
            {
                var disk = snapshot.Disks[i];
                var changed = await disk.ChangedSinceAsync(baseline.Disks.Single(d => d.DiskKey == disk.DiskKey).ChangeTrackingId, Cancellation);
                Assert.NotNull(changed);
                Assert.True(changed.TotalLength < LabBench.DiskBytes / 4);
                foreach (var range in changed.Ranges) await disk.ReadAsync(range.Offset, content[i].AsMemory((int)range.Offset, (int)range.Length), Cancellation);
                Assert.Equal(await _bench.TruthAsync(vm, i), content[i]);
            }

            var next = await snapshot.KeepAsBaselineAsync(Guid.NewGuid(), Cancellation);
            Assert.NotNull(next);
            Assert.NotEqual(baseline.ReferencePointId, next.ReferencePointId);
        }

        await agent.DestroyReferencePointAsync(vm.Id, baseline.ReferencePointId, Cancellation);
        await agent.DestroyReferencePointAsync(vm.Id, baseline.ReferencePointId, Cancellation);
        _bench.Journal.Noted();
        _bench.AssertNothingLeft(_bench.Here, referencePoints: 1);
    }

    [Theory]
    [InlineData(0xC03A0029)]
    [InlineData(0xC03A002A)]
    [InlineData(0xC03A0030)]
    [InlineData(5)]
    public async Task Any_failure_of_the_query_means_read_everything(uint code)
    {
        var vm = await _bench.VmAsync();
        var (_, baseline) = await FirstAsync(vm);
        _bench.Fault(f => f.Tracking.Add(new() { Code = code }));
        Assert.Null(await ChangedAsync(vm, baseline, baseline.Disks[0].ChangeTrackingId));
    }

    [Fact]
    public async Task A_baseline_of_another_size_or_another_disk_means_read_everything()
    {
        var vm = await _bench.VmAsync();
        var (_, baseline) = await FirstAsync(vm);
        var id = baseline.Disks[0].ChangeTrackingId;

        var otherSize = baseline.Clone();
        otherSize.Disks[0].Length -= 4096;
        Assert.Null(await ChangedAsync(vm, otherSize, id));

        var otherDisk = baseline.Clone();
        otherDisk.Disks[0].DiskKey = Guid.NewGuid().ToString("D");
        Assert.Null(await ChangedAsync(vm, otherDisk, id));

        Assert.Null(await ChangedAsync(vm, baseline, ""));
        Assert.Null(await ChangedAsync(vm, null, "rctX:never:00000001"));
        Assert.NotNull(await ChangedAsync(vm, baseline, id));
    }

    [Fact]
    public async Task A_reference_point_that_another_product_removed_means_read_everything()
    {
        var vm = await _bench.VmAsync();
        var (_, baseline) = await FirstAsync(vm);
        await _bench.Agent(_bench.Here).DestroyReferencePointAsync(vm.Id, baseline.ReferencePointId, Cancellation);
        Assert.Null(await ChangedAsync(vm, baseline, baseline.Disks[0].ChangeTrackingId));
    }

    [Fact]
    public async Task A_conversion_that_the_host_refuses_costs_the_baseline_and_nothing_else()
    {
        var vm = await _bench.VmAsync();
        _bench.Fault(f => f.Methods.Add(new() { Method = "ConvertToReferencePoint", JobError = "The conversion failed." }));
        await using (var snapshot = await _bench.Agent(_bench.Here).SnapshotAsync(LabBench.Request(vm), _bench.Journal, Cancellation))
        {
            Assert.Null(await snapshot.KeepAsBaselineAsync(Guid.NewGuid(), Cancellation));
            Assert.Contains(snapshot.Warnings, w => w.Code == "baseline-not-kept" && w.Sentence.Contains("The conversion failed.", StringComparison.Ordinal));
        }

        _bench.AssertNothingLeft(_bench.Here);
    }

    [Fact]
    public async Task The_old_configuration_version_has_no_baseline_and_its_checkpoint_goes()
    {
        var vm = await _bench.VmAsync();
        _bench.Change(vm.Id, v => v.Settings.Version = "5.0");
        await using (var snapshot = await _bench.Agent(_bench.Here).SnapshotAsync(LabBench.Request(vm), _bench.Journal, Cancellation))
        {
            Assert.Null(await snapshot.Disks[0].ChangedSinceAsync("rctX:any:00000001", Cancellation));
            Assert.Null(await snapshot.KeepAsBaselineAsync(Guid.NewGuid(), Cancellation));
        }

        _bench.AssertNothingLeft(_bench.Here);
    }

    [Fact]
    public async Task A_baseline_the_server_never_learnt_of_is_removed_and_the_old_one_still_works()
    {
        var vm = await _bench.VmAsync();
        var (_, baseline) = await FirstAsync(vm);
        await using (var snapshot = await _bench.Agent(_bench.Here).SnapshotAsync(LabBench.Request(vm, baseline: baseline), _bench.Journal, Cancellation))
            Assert.NotNull(await snapshot.KeepAsBaselineAsync(Guid.NewGuid(), Cancellation));
        Assert.Equal(2, HostLeftovers.Of(_bench.Here).ReferencePoints);

        await _bench.RestartAsync(_bench.Here);

        _bench.AssertNothingLeft(_bench.Here, referencePoints: 1);
        Assert.NotNull(await ChangedAsync(vm, baseline, baseline.Disks[0].ChangeTrackingId));
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    private async Task<(List<byte[]> Content, Baseline Baseline)> FirstAsync(Lab.DataCenter.VmDocument vm)
    {
        await using var snapshot = await _bench.Agent(_bench.Here).SnapshotAsync(LabBench.Request(vm), _bench.Journal, Cancellation);
        var content = new List<byte[]>();
        foreach (var disk in snapshot.Disks) content.Add(await PointCopy.ReadAsync(disk, Cancellation));
        var pointId = Guid.NewGuid();
        var baseline = await snapshot.KeepAsBaselineAsync(pointId, Cancellation);
        Assert.NotNull(baseline);
        Assert.Equal(pointId.ToString("D"), baseline.PointId);
        Assert.Equal(snapshot.Disks.Select(d => (d.DiskKey, (ulong)d.Length)).Order(), baseline.Disks.Select(d => (d.DiskKey, d.Length)).Order());
        Assert.Equal(JournalKind.ReferencePoint, Assert.Single(_bench.Journal.Entries).Kind);
        _bench.Journal.Noted();
        return (content, baseline);
    }

    private async Task<Disks.Extents?> ChangedAsync(Lab.DataCenter.VmDocument vm, Baseline? baseline, string id)
    {
        await using var snapshot = await _bench.Agent(_bench.Here).SnapshotAsync(LabBench.Request(vm, baseline: baseline), _bench.Journal, Cancellation);
        return await snapshot.Disks[0].ChangedSinceAsync(id, Cancellation);
    }
}
