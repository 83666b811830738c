using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Tests;

public sealed class FaultTests
{
    [Fact]
    public async Task Methods_fail_as_often_as_told()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync();
        await using IWmi wmi = lab.Open().Virtualization;
        WmiDriver driver = new(wmi);
        string path = (await driver.VmAsync(vm.Id)).Path!;
        lab.Fault(new()
        {
            Methods =
            {
                new() { Method = "CreateSnapshot", Vm = "web", ReturnValue = 32775, Times = 1 },
                new() { Method = "CreateSnapshot", ConsistencyLevel = 1, JobError = "VSS timed out.", JobErrorCode = 32772, Times = 1 },
                new() { Method = "CreateSnapshot", Vm = "another", ReturnValue = 1 },
            },
        });
        WmiObject settings = WmiDriver.Embedded("Msvm_VirtualSystemSnapshotSettingData", ("ConsistencyLevel", (byte)1));
        Assert.Equal(32775u, (await driver.CallAsync("Msvm_VirtualSystemSnapshotService", "CreateSnapshot", ("AffectedSystem", path), ("SnapshotSettings", settings), ("SnapshotType", 32768))).Get<uint>("ReturnValue"));
        (WmiObject job, _) = await driver.TryAsync("Msvm_VirtualSystemSnapshotService", "CreateSnapshot", ("AffectedSystem", path), ("SnapshotSettings", settings), ("SnapshotType", 32768));
        Assert.Equal(("VSS timed out.", 32772), (job.Get<string>("ErrorDescription"), job.Get<int>("ErrorCode")));
        await driver.CheckpointAsync(vm.Id);
    }

    [Fact]
    public async Task A_volume_is_full_when_told_and_a_restore_onto_it_fails_as_on_windows()
    {
        using LabFixture lab = new();
        HostSeams host = lab.Open();
        await using IWmi wmi = host.Virtualization;
        lab.Fault(new() { Volumes = { new() { Host = "HV1", FreeBytes = 40 << 20 } } });
        Assert.Equal(40 << 20, host.Files.FreeBytes(@"C:\VMs"));
        await Assert.ThrowsAsync<IOException>(() => host.Files.WriteAllAsync(@"C:\VMs\big", new byte[41 << 20], LabFixture.Cancellation));
        await using IVirtualDiskWriter writer = await host.Disks.CreateAsync(@"C:\VMs\a.vhdx", new(DiskFormat.Vhdx, DiskKind.Dynamic, 256 << 20, BlockSize: 1 << 20), LabFixture.Cancellation);
        byte[] data = new byte[1 << 20];
        data.AsSpan().Fill(7);
        VirtualDiskException full = await Assert.ThrowsAsync<VirtualDiskException>(async () =>
        {
            for (long at = 0; at < 256 << 20; at += data.Length)
                await writer.WriteAsync(at, data, LabFixture.Cancellation);
        });
        Assert.Equal(112u, full.Code);
    }

    [Fact]
    public async Task A_lying_change_map_withholds_ranges()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync();
        HostSeams host = lab.Open();
        await using IWmi wmi = host.Virtualization;
        WmiDriver driver = new(wmi);
        string id = (await driver.ConvertAsync(await driver.CheckpointAsync(vm.Id))).List<string>("ResilientChangeTrackingIdentifiers")[0];
        await BackupCycleTests.MergedAsync(lab, vm);
        await BackupCycleTests.WriteAsync(lab, 4 << 20);
        string path = (await driver.DisksAsync(await driver.CheckpointAsync(vm.Id)))[0];
        Extents whole = await ChangesAsync();
        lab.Fault(new() { Tracking = { new() { Vm = "web", WithholdEvery = 2 } } });
        Assert.Equal(whole.Ranges.Count - (whole.Ranges.Count / 2), (await ChangesAsync()).Ranges.Count);
        lab.Fault(new() { Tracking = { new() { Code = 0xC03A0029 } } });
        Assert.Equal(0xC03A0029, (await Assert.ThrowsAsync<VirtualDiskException>(ChangesAsync)).Code);

        async Task<Extents> ChangesAsync()
        {
            await using IOpenVirtualDisk disk = await lab.Open().Disks.OpenAsync(path, LabFixture.Cancellation);
            return await disk.QueryChangesAsync(id, LabFixture.Cancellation);
        }
    }

    [Fact]
    public async Task A_damaged_image_is_named_with_its_windows_path_wherever_it_is_met()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync();
        HostSeams host = lab.Open();
        await using IWmi wmi = host.Virtualization;
        Assert.Equal(0, (await lab.RunAsync("vm", "damage", "--vm", "web")).Code);
        VirtualDiskException refused = await Assert.ThrowsAsync<VirtualDiskException>(() => host.Disks.OpenAsync(vm.Settings.Disks[0].Path, LabFixture.Cancellation));
        Assert.Equal(1392u, refused.Code);
        Assert.Contains(@"C:\VMs\web", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(lab.Dir, refused.Message, StringComparison.Ordinal);
        WmiDriver driver = new(wmi);
        (WmiObject job, _) = await driver.TryAsync("Msvm_VirtualSystemSnapshotService", "CreateSnapshot", ("AffectedSystem", (await driver.VmAsync(vm.Id)).Path), ("SnapshotType", 32768));
        Assert.Contains("0x80070570", job.Get<string>("ErrorDescription"), StringComparison.Ordinal);
        Assert.DoesNotContain(lab.Dir, job.Get<string>("ErrorDescription"), StringComparison.Ordinal);
        Assert.Single(lab.Host.FindVm(vm.Id)!.Settings.Disks[0].Chain);
    }

    [Theory]
    [InlineData(@"VMs\x")]
    [InlineData(@"C:VMs")]
    [InlineData(@"C:\VMs\..\..\host.json")]
    [InlineData(@"C:\VMs\.\x")]
    [InlineData(@"C:\VMs/../x")]
    [InlineData(@"C:\VMs\a:b")]
    [InlineData("/etc/passwd")]
    public async Task Paths_that_windows_refuses_or_that_lead_out_of_the_volume_are_refused(string path)
    {
        using LabFixture lab = new();
        HostSeams host = lab.Open();
        await using IWmi wmi = host.Virtualization;
        Assert.ThrowsAny<ArgumentException>(() => host.Files.FileExists(path));
        Assert.Equal(87u, (await Assert.ThrowsAsync<VirtualDiskException>(() => host.Disks.OpenAsync(path, LabFixture.Cancellation))).Code);
    }
}
