using System.Diagnostics;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Guests;
using BackupFabric.Agent.Lab.Machines;

namespace BackupFabric.Agent.Lab.Tests;

/// <summary>Processes of the lab are killed at named points; whoever comes next finds the disks as they should be.</summary>
public sealed class CrashTests
{
    [Theory]
    [InlineData("merge-slice", 48 << 20)]
    [InlineData("merge-before-relink", 48 << 20)]
    [InlineData("merge-leaf", 4 << 20)]
    [InlineData("merge-before-switch", 4 << 20)]
    [InlineData("merge-after-switch", 4 << 20)]
    public async Task A_merge_whose_process_is_killed_is_finished_by_the_next_one(string point, int bytes)
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync();
        await using (IWmi wmi = lab.Open().Virtualization)
        {
            WmiDriver driver = new(wmi);
            WmiObject checkpoint = await driver.CheckpointAsync(vm.Id);
            await BackupCycleTests.WriteAsync(lab, bytes);
            lab.Fault(new() { Pauses = { new() { Point = "merge-slice" }, new() { Point = "merge-leaf" } } });
            await driver.DestroyAsync(checkpoint);
        }

        lab.Fault(new() { Pauses = { new() { Point = point } } });
        await KillAtAsync(lab, point, "merge", "--vm", "web");
        lab.Fault(new());
        await BackupCycleTests.WriteAsync(lab, 2 << 20);
        await using (lab.Open().Virtualization)
            await BackupCycleTests.MergedAsync(lab, vm);
        await AssertWholeAsync(lab, vm);
    }

    [Fact]
    public async Task A_checkpoint_whose_process_is_killed_before_its_commit_was_never_made()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync();
        lab.Fault(new() { Pauses = { new() { Point = "checkpoint-before-commit" } } });
        await KillAtAsync(lab, "checkpoint-before-commit", "checkpoint", "--vm", "web");
        lab.Fault(new());
        await BackupCycleTests.WriteAsync(lab, 2 << 20);
        Assert.Empty(lab.Host.FindVm(vm.Id)!.Checkpoints);
        await AssertWholeAsync(lab, vm);
    }

    [Fact]
    public async Task A_guest_that_is_killed_leaves_a_truth_that_holds()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync();
        VmFolder folder = lab.Lab.Vm(vm.Id);
        for (int round = 0; round < 3; round++)
        {
            long before = Truth.LastSequence(folder);
            Process guest = lab.Start("guest", "run", "--vm", "web", "--rate", "200M", "--seed", $"{round}");
            await LabFixture.UntilAsync(() => Truth.LastSequence(folder) > before + 300 && File.Exists(folder.Unsettled), "the guest is in the middle of writing");
            guest.Kill();
            await guest.WaitForExitAsync(LabFixture.Cancellation);
            await AssertWholeAsync(lab, vm);
        }
    }

    private static async Task KillAtAsync(LabFixture lab, string point, params string[] command)
    {
        Process process = lab.Start(command);
        string mark = Path.Combine(lab.Dir, "paused", $"HV1.{point}");
        await LabFixture.UntilAsync(() => File.Exists(mark) || process.HasExited, $"the process comes to {point}");
        Assert.False(process.HasExited, await ErrorOfAsync(process));
        process.Kill();
        await process.WaitForExitAsync(LabFixture.Cancellation);
    }

    private static async Task<string> ErrorOfAsync(Process process) =>
        process.HasExited ? await process.StandardError.ReadToEndAsync(LabFixture.Cancellation) : "";

    private static async Task AssertWholeAsync(LabFixture lab, VmDocument vm)
    {
        (int code, string output, string error) = await lab.RunAsync("verify", "--vm", "web", "--against-vm", "web", "--at-checkpoint", "now");
        Assert.True(code == 0, output + error);
        string disk = Assert.Single(Assert.Single(lab.Host.FindVm(vm.Id)!.Settings.Disks).Chain).Path;
        await QemuImg.CheckAsync(lab.Host.Volumes.ToLocal(disk));
        Assert.Empty(HostLeftovers.Of(lab.Host).OrphanFiles);
    }
}
