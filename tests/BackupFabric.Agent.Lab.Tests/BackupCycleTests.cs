using System.Diagnostics;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Guests;
using BackupFabric.Agent.Lab.Storage;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Tests;

/// <summary>Checkpoint, read, reference point, changed ranges, merge: with a guest that writes in another process all the time.</summary>
public sealed class BackupCycleTests
{
    [Fact]
    public async Task Frozen_content_and_changed_ranges_are_exact_while_a_guest_writes_in_another_process()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync();
        Process guest = lab.Start("guest", "run", "--vm", "web", "--rate", "24M", "--seed", "3");
        HostSeams host = lab.Open();
        await using IWmi wmi = host.Virtualization;
        WmiDriver driver = new(wmi);
        byte[] copy = [];
        string? trackingId = null;
        for (int round = 0; round < 4; round++)
        {
            long target = Truth.LastSequence(lab.Lab.Vm(vm.Id)) + 60;
            await LabFixture.UntilAsync(() => Truth.LastSequence(lab.Lab.Vm(vm.Id)) > target, "the guest writes on");
            WmiObject checkpoint = await driver.CheckpointAsync(vm.Id);
            long sequence = lab.Host.FindVm(vm.Id)!.Checkpoints.Single().Sequence;
            string path = Assert.Single(await driver.DisksAsync(checkpoint));

            copy = await ReadAsync(host, path, trackingId, copy);
            await AssertTruthAsync(lab, vm, copy, sequence);

            WmiObject point = await driver.ConvertAsync(checkpoint);
            trackingId = Assert.Single(point.List<string>("ResilientChangeTrackingIdentifiers"));
            await LabFixture.UntilAsync(() => !ChainMerge.IsDue(lab.Host.FindVm(vm.Id)!), "the disks merge");
        }

        Assert.False(guest.HasExited);
        guest.Kill();
        await guest.WaitForExitAsync(LabFixture.Cancellation);
        (int code, string output, _) = await lab.RunAsync("verify", "--vm-host", "HV1", "--vm", "web", "--against-vm", "web", "--at-checkpoint", "now");
        Assert.True(code == 0, output);
        await QemuImg.CheckAsync(lab.Host.Volumes.ToLocal(Assert.Single(lab.Host.FindVm(vm.Id)!.Settings.Disks).Path));
    }

    [Fact]
    public async Task A_checkpoint_that_is_destroyed_leaves_the_old_baseline_valid()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync();
        HostSeams host = lab.Open();
        await using IWmi wmi = host.Virtualization;
        WmiDriver driver = new(wmi);
        string trackingId = (await driver.ConvertAsync(await driver.CheckpointAsync(vm.Id))).List<string>("ResilientChangeTrackingIdentifiers")[0];
        await MergedAsync(lab, vm);
        Extents written = await WriteAsync(lab, 6 << 20);
        await driver.DestroyAsync(await driver.CheckpointAsync(vm.Id));
        await MergedAsync(lab, vm);

        WmiObject checkpoint = await driver.CheckpointAsync(vm.Id);
        await using IOpenVirtualDisk disk = await host.Disks.OpenAsync((await driver.DisksAsync(checkpoint))[0], LabFixture.Cancellation);
        Extents changes = await disk.QueryChangesAsync(trackingId, LabFixture.Cancellation);
        Assert.Empty(written.Except(changes).Ranges);
        Assert.InRange(changes.TotalLength, written.TotalLength, written.TotalLength + (written.Ranges.Count * 2L * ChangeLog.Granularity));
    }

    [Fact]
    public async Task Tracking_is_off_before_the_first_recovery_checkpoint()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync();
        HostSeams host = lab.Open();
        await using IWmi wmi = host.Virtualization;
        await using IOpenVirtualDisk disk = await host.Disks.OpenAsync(vm.Settings.Disks[0].Path, LabFixture.Cancellation);
        Assert.Null(disk.MostRecentChangeTrackingId);
        Assert.Equal(0xC03A002A, (await Assert.ThrowsAsync<VirtualDiskException>(() => disk.QueryChangesAsync("rctX:0:0", LabFixture.Cancellation))).Code);
    }

    [Fact]
    public async Task An_id_is_refused_when_it_is_unknown_destroyed_or_of_another_disk_or_its_log_is_gone()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync(disks: 2);
        HostSeams host = lab.Open();
        await using IWmi wmi = host.Virtualization;
        WmiDriver driver = new(wmi);
        WmiObject point = await driver.ConvertAsync(await driver.CheckpointAsync(vm.Id));
        IReadOnlyList<string> ids = point.List<string>("ResilientChangeTrackingIdentifiers");
        Assert.Equal(2, ids.Distinct().Count());
        Assert.All(point.List<string>("VirtualDiskIdentifiers"), id => Assert.Contains(@"\L", id, StringComparison.Ordinal));
        await MergedAsync(lab, vm);
        WmiObject checkpoint = await driver.CheckpointAsync(vm.Id);
        IReadOnlyList<string> paths = await driver.DisksAsync(checkpoint);

        await using (IOpenVirtualDisk disk = await host.Disks.OpenAsync(paths[0], LabFixture.Cancellation))
        {
            await disk.QueryChangesAsync(ids[0], LabFixture.Cancellation);
            await RefusedAsync(disk, ids[1], 0xC03A0029);
            await RefusedAsync(disk, ids[0][..^1] + "f", 0xC03A0029);
            await RefusedAsync(disk, "nonsense", 0xC03A0029);
        }

        await driver.DoAsync("Msvm_VirtualSystemReferencePointService", "DestroyReferencePoint", ("AffectedReferencePoint", point.Path));
        await using (IOpenVirtualDisk disk = await host.Disks.OpenAsync(paths[0], LabFixture.Cancellation))
            await RefusedAsync(disk, ids[0], 0xC03A0029);
        host.Files.DeleteFile(vm.Settings.Disks[1].ChangeLog);
        await using (IOpenVirtualDisk disk = await host.Disks.OpenAsync(paths[1], LabFixture.Cancellation))
            await RefusedAsync(disk, ids[1], 0xC03A0030);
    }

    [Fact]
    public async Task The_live_file_of_a_running_guest_cannot_be_read_and_a_frozen_one_that_is_open_is_not_merged()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync();
        HostSeams host = lab.Open();
        await using IWmi wmi = host.Virtualization;
        WmiDriver driver = new(wmi);
        WmiObject checkpoint = await driver.CheckpointAsync(vm.Id);
        string frozen = (await driver.DisksAsync(checkpoint))[0];
        byte[] sector = new byte[512];
        await using (IOpenVirtualDisk live = await host.Disks.OpenAsync(lab.Host.FindVm(vm.Id)!.Settings.Disks[0].Path, LabFixture.Cancellation))
            Assert.Equal(32u, (await Assert.ThrowsAsync<VirtualDiskException>(async () => await live.ReadAsync(0, sector, LabFixture.Cancellation))).Code);

        await using (IOpenVirtualDisk open = await host.Disks.OpenAsync(frozen, LabFixture.Cancellation))
        {
            await driver.DestroyAsync(checkpoint);
            WmiObject busy = await driver.VmAsync(vm.Id);
            Assert.Equal([2, 32772], busy.List<int>("OperationalStatus"));
            await open.ReadAsync(0, sector, LabFixture.Cancellation);
            Assert.Equal(2, lab.Host.FindVm(vm.Id)!.Settings.Disks[0].Chain.Count);
        }

        await MergedAsync(lab, vm);
        Assert.Equal([2], (await driver.VmAsync(vm.Id)).List<int>("OperationalStatus"));
        Assert.Single(lab.Host.FindVm(vm.Id)!.Settings.Disks[0].Chain);
    }

    [Fact]
    public async Task Two_checkpoints_of_two_products_go_in_either_order_and_nothing_is_lost()
    {
        foreach (bool oldestFirst in (bool[])[true, false])
        {
            using LabFixture lab = new();
            VmDocument vm = await lab.VmAsync();
            HostSeams host = lab.Open();
            await using IWmi wmi = host.Virtualization;
            WmiDriver driver = new(wmi);
            WmiObject first = await driver.CheckpointAsync(vm.Id);
            await WriteAsync(lab, 4 << 20);
            WmiObject second = await driver.CheckpointAsync(vm.Id, 2);
            await WriteAsync(lab, 4 << 20);
            await driver.DestroyAsync(oldestFirst ? first : second);
            await driver.DestroyAsync(oldestFirst ? second : first);
            await MergedAsync(lab, vm);
            Assert.Single(lab.Host.FindVm(vm.Id)!.Settings.Disks[0].Chain);
            (int code, string output, _) = await lab.RunAsync("verify", "--vm-host", "HV1", "--vm", "web", "--against-vm", "web", "--at-checkpoint", "now");
            Assert.True(code == 0, output);
            Assert.Empty(BackupFabric.Agent.Lab.Machines.HostLeftovers.Of(lab.Host).OrphanFiles);
        }
    }

    internal static Task MergedAsync(LabFixture lab, VmDocument vm) =>
        LabFixture.UntilAsync(() => !ChainMerge.IsDue(lab.Host.FindVm(vm.Id)!), "the disks merge");

    internal static async Task<Extents> WriteAsync(LabFixture lab, long bytes, string vm = "web")
    {
        VmFolder folder = TruthFinder.Find(lab.Lab, vm);
        long before = Truth.LastSequence(folder);
        using LabGuest guest = await LabGuest.OpenAsync(lab.Dir, vm, 11, cancellation: LabFixture.Cancellation);
        await guest.WriteAsync(bytes, LabFixture.Cancellation);
        return Extents.Of(Truth.Writes(folder, before + 1, Truth.LastSequence(folder)).Select(w => new DiskRange(w.Offset, w.Length)));
    }

    private static async Task RefusedAsync(IOpenVirtualDisk disk, string id, uint code) =>
        Assert.Equal(code, (await Assert.ThrowsAsync<VirtualDiskException>(() => disk.QueryChangesAsync(id, LabFixture.Cancellation))).Code);

    private static async Task<byte[]> ReadAsync(HostSeams host, string path, string? trackingId, byte[] before)
    {
        await using IOpenVirtualDisk disk = await host.Disks.OpenAsync(path, LabFixture.Cancellation);
        byte[] copy = before.Length == 0 ? new byte[disk.VirtualSize] : before;
        Extents ranges = trackingId is null
            ? await disk.AllocatedAsync(LabFixture.Cancellation)
            : await disk.QueryChangesAsync(trackingId, LabFixture.Cancellation);
        foreach (DiskRange range in ranges.Ranges)
            await disk.ReadAsync(range.Offset, copy.AsMemory((int)range.Offset, (int)range.Length), LabFixture.Cancellation);
        return copy;
    }

    private static async Task AssertTruthAsync(LabFixture lab, VmDocument vm, byte[] copy, long sequence)
    {
        await using LabTruth truth = await LabTruth.OpenAsync(lab.Dir, vm.Id.ToString(), 0, sequence, LabFixture.Cancellation);
        byte[] expected = new byte[truth.Length];
        await truth.ReadAsync(0, expected, LabFixture.Cancellation);
        Assert.Equal(-1, copy.AsSpan().CommonPrefixLength(expected) is var same && same == expected.Length ? -1 : same);
    }
}
