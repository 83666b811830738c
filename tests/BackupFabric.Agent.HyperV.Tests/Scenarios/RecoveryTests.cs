using BackupFabric.Agent.HyperV.Tests.Bench;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Disks;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Google.Protobuf;

namespace BackupFabric.Agent.HyperV.Tests.Scenarios;

/// <summary>Recovery through a planned VM.</summary>
public sealed class RecoveryTests : IAsyncDisposable
{
    private LabBench _bench = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_VM_comes_back_on_another_host_with_its_identity_disks_and_switch()
    {
        var (vm, point) = await PointAsync(disks: 2);
        var id = await RecoverAsync(_bench.There, point, point.Order("web", newIdentity: false));

        var made = _bench.There.FindVm(id)!;
        Assert.Equal(vm.Id, id);
        Assert.False(made.Planned || made.Running);
        Assert.Equal(("web", @"C:\VMs\web"), (made.Settings.Name, made.Settings.ConfigurationRoot));
        Assert.Equal(_bench.There.Document.Switches[0].Name, made.Settings.Adapters[0].SwitchName);
        Assert.True(made.Settings.Adapters[0].Connected);
        await AssertDisksAsync(_bench.There, made, point, sameIds: true);
        _bench.AssertNothingLeft(_bench.There);
    }

    [Fact]
    public async Task A_copy_beside_the_original_has_an_identity_and_disk_ids_of_its_own()
    {
        var (vm, point) = await PointAsync();
        var id = await RecoverAsync(_bench.Here, point, point.Order("web copy", newIdentity: true, @"C:\Restored\web copy"));

        var made = _bench.Here.FindVm(id)!;
        Assert.NotEqual(vm.Id, id);
        Assert.Equal(@"C:\Restored\web copy\Virtual Hard Disks\web.vhdx", made.Settings.Disks[0].Path);
        await AssertDisksAsync(_bench.Here, made, point, sameIds: false);
        _bench.AssertNothingLeft(_bench.Here);
    }

    [Fact]
    public async Task Without_a_switch_of_that_name_the_adapter_is_disconnected()
    {
        var (_, point) = await PointAsync();
        _bench.There.Change(h => h.Switches = [new LabSwitch(Guid.NewGuid(), "Other")]);
        var id = await RecoverAsync(_bench.There, point, point.Order("web", newIdentity: false));
        Assert.False(_bench.There.FindVm(id)!.Settings.Adapters[0].Connected);
        _bench.AssertNothingLeft(_bench.There);
    }

    [Fact]
    public async Task A_disk_that_the_order_leaves_out_is_taken_out_of_the_VM()
    {
        var (_, point) = await PointAsync(disks: 2);
        point.Disks.RemoveAt(1);
        var id = await RecoverAsync(_bench.There, point, point.Order("web", newIdentity: false));
        var made = _bench.There.FindVm(id)!;
        Assert.Equal(@"C:\VMs\web\Virtual Hard Disks\web.vhdx", Assert.Single(made.Settings.Disks.SelectMany(d => d.Chain)).Path);
        _bench.AssertNothingLeft(_bench.There);
    }

    [Fact]
    public async Task An_existing_name_is_refused_before_anything_is_written()
    {
        var (vm, point) = await PointAsync();
        await RefusedAsync("vm-name-taken", _bench.Here, point.Order("WEB", newIdentity: true, @"C:\Elsewhere"));
        Assert.NotNull(_bench.Here.FindVm(vm.Id));
    }

    [Fact]
    public async Task The_identity_of_a_VM_that_still_exists_is_refused()
    {
        var (_, point) = await PointAsync();
        await RefusedAsync("vm-id-in-use", _bench.Here, point.Order("web 2", newIdentity: false));
    }

    [Fact]
    public async Task A_folder_with_something_in_it_is_refused_and_kept()
    {
        var (_, point) = await PointAsync();
        var file = Path.Combine(_bench.There.Volumes.ToLocal(@"C:\VMs\web"), "note.txt");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "mine");
        var refused = await Assert.ThrowsAsync<ProblemException>(() => _bench.Agent(_bench.There).RecoverAsync(point.Order("web", false), _bench.Journal, Cancellation));
        Assert.Equal("target-folder-not-empty", refused.Problem.Code);
        Assert.Equal("mine", File.ReadAllText(file));
        Assert.Empty(_bench.Journal.Entries);
    }

    [Fact]
    public async Task A_volume_that_is_too_full_is_refused_with_both_figures()
    {
        var (_, point) = await PointAsync();
        _bench.Fault(f => f.Volumes.Add(new() { FreeBytes = 2 << 20 }));
        var problem = await RefusedAsync("target-disk-full", _bench.There, point.Order("web", newIdentity: false));
        Assert.Contains("2 MiB free", problem.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("web")]
    [InlineData(@"X:\VMs\web")]
    [InlineData(@"\\nowhere\share\web")]
    [InlineData(@"C:\VMs\we?b")]
    public async Task A_folder_that_cannot_be_is_refused(string folder)
    {
        var (_, point) = await PointAsync();
        await RefusedAsync("target-path-invalid", _bench.There, point.Order("web", newIdentity: false, folder));
    }

    [Fact]
    public async Task A_configuration_that_is_newer_than_the_host_is_refused_before_anything_is_written()
    {
        await _bench.DisposeAsync();
        _bench = new("Windows Server 2022", "Windows Server 2016");
        var (_, point) = await PointAsync();
        var problem = await RefusedAsync("configuration-too-new", _bench.There, point.Order("web", newIdentity: false));
        Assert.Contains("10.0", problem.Sentence, StringComparison.Ordinal);
        Assert.Contains("8.0", problem.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_that_cannot_be_read_is_refused()
    {
        var (_, point) = await PointAsync();
        var order = point.Order("web", newIdentity: false);
        order.Configuration = ByteString.CopyFromUtf8("rubbish");
        await RefusedAsync("configuration-damaged", _bench.There, order);
    }

    [Fact]
    public async Task A_recovery_that_is_given_up_leaves_nothing()
    {
        var (_, point) = await PointAsync();
        await using (var target = await _bench.Agent(_bench.There).RecoverAsync(point.Order("web", newIdentity: false), _bench.Journal, Cancellation))
            await point.WriteAsync(target, Cancellation);
        _bench.AssertNothingLeft(_bench.There);
        Assert.False(Directory.Exists(_bench.There.Volumes.ToLocal(@"C:\VMs\web")));
    }

    [Theory]
    [InlineData("ImportSystemDefinition")]
    [InlineData("ModifySystemSettings")]
    [InlineData("ModifyResourceSettings")]
    [InlineData("ValidatePlannedSystem")]
    [InlineData("RealizePlannedSystem")]
    public async Task A_host_that_refuses_on_the_way_is_quoted_and_nothing_stays(string method)
    {
        var (_, point) = await PointAsync();
        _bench.Fault(f => f.Methods.Add(new() { Method = method, JobError = "The moon is in the wrong house." }));
        var refused = await Assert.ThrowsAsync<ProblemException>(() => RecoverAsync(_bench.There, point, point.Order("web", newIdentity: false)));
        Assert.Equal("recovery-refused", refused.Problem.Code);
        Assert.Contains("The moon is in the wrong house.", refused.Problem.Sentence, StringComparison.Ordinal);
        _bench.AssertNothingLeft(_bench.There);
    }

    [Fact]
    public async Task A_volume_that_fills_up_on_the_way_is_named_and_nothing_stays()
    {
        var (_, point) = await PointAsync();
        var order = point.Order("web", newIdentity: false);
        // The point says that little will come, and much comes.
        foreach (var disk in order.Disks) disk.ContentBytes = 1;
        _bench.Fault(f => f.Volumes.Add(new() { FreeBytes = 12 << 20 }));
        point.Disks[0].Content.AsSpan().Fill(1);
        var refused = await Assert.ThrowsAsync<ProblemException>(() => RecoverAsync(_bench.There, point, order));
        Assert.Equal("target-disk-full", refused.Problem.Code);
        _bench.AssertNothingLeft(_bench.There);
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    private async Task<(VmDocument Vm, PointCopy Point)> PointAsync(int disks = 1)
    {
        var vm = await _bench.VmAsync(disks: disks);
        await using var snapshot = await _bench.Agent(_bench.Here).SnapshotAsync(LabBench.Request(vm), _bench.Journal, Cancellation);
        return (vm, await PointCopy.OfAsync(snapshot, Cancellation));
    }

    private async Task<Guid> RecoverAsync(LabHost host, PointCopy point, RecoverOrder order)
    {
        await using var target = await _bench.Agent(host).RecoverAsync(order, _bench.Journal, Cancellation);
        await point.WriteAsync(target, Cancellation);
        return await target.FinishAsync(Cancellation);
    }

    private async Task<Problem> RefusedAsync(string code, LabHost host, RecoverOrder order)
    {
        var refused = await Assert.ThrowsAsync<ProblemException>(() => _bench.Agent(host).RecoverAsync(order, _bench.Journal, Cancellation));
        Assert.Equal(code, refused.Problem.Code);
        Assert.NotEqual("", refused.Problem.Advice);
        _bench.AssertNothingLeft(host);
        return refused.Problem;
    }

    private static async Task AssertDisksAsync(LabHost host, VmDocument vm, PointCopy point, bool sameIds)
    {
        Assert.Equal(point.Disks.Count, vm.Settings.Disks.Count);
        for (var i = 0; i < point.Disks.Count; i++)
        {
            await using var disk = await DiskImage.OpenAsync(host.Volumes.ToLocal(vm.Settings.Disks[i].Path), writable: false, Cancellation);
            var content = new byte[disk.Length];
            await disk.ReadAsync(0, content, Cancellation);
            Assert.Equal(point.Disks[i].Content, content);
            Assert.Equal(sameIds, disk.Info.DiskId.ToString("D") == point.Disks[i].Disk.DiskKey);
            Assert.Equal((int)point.Disks[i].Disk.BlockSize, disk.Info.BlockSize);
        }
    }
}
