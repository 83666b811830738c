using BackupFabric.Agent.Tests.TestKit;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Grpc.Core;

namespace BackupFabric.Agent.Tests.Recover;

public sealed class RecoverJobTests
{
    private const int MiB = 1 << 20;

    [Fact]
    public async Task A_recovered_vm_has_every_byte_of_every_disk()
    {
        await using var host = await ProtectedHost.StartAsync();
        var point = await ProtectAsync(host);

        var outcome = await host.RecoverAsync(point);

        Assert.Equal(Ending.Succeeded, outcome.Ending);
        Assert.True(Guid.TryParse(outcome.RecoveredVmId, out _));
        AssertRecovered(host);
        Assert.Equal(Guid.Parse(outcome.JobId), host.Hypervisor.Recovered!.JobId);
        Assert.True(outcome.Figures.WrittenBytes >= 4 * MiB);
    }

    [Theory]
    [InlineData(1, StatusCode.Unavailable)]
    [InlineData(17, StatusCode.Cancelled)]
    [InlineData(40, StatusCode.Internal)]
    public async Task A_broken_transfer_goes_on_where_it_broke_and_writes_nothing_twice(int blocks, StatusCode status)
    {
        await using var host = await ProtectedHost.StartAsync();
        var point = await ProtectAsync(host);
        host.Repository.Faults = new FakeFaults { BreakPullAfterBlocks = blocks, BreaksAs = status };

        var outcome = await host.RecoverAsync(point);

        AssertRecovered(host);
        Assert.Equal(1u, outcome.Figures.Resumed);
    }

    [Fact]
    public async Task A_block_that_is_not_what_it_was_ends_the_recovery_and_leaves_nothing()
    {
        await using var host = await ProtectedHost.StartAsync();
        var point = await ProtectAsync(host);
        host.Repository.Faults = new FakeFaults { DamagePull = true };
        var before = host.Hypervisor.OnHost.ToList();

        var failure = await Assert.ThrowsAsync<ProblemException>(() => host.RecoverAsync(point));

        Assert.Equal("block-damaged", failure.Problem.Code);
        Assert.Equal(before.Order(), host.Hypervisor.OnHost.Order());
        Assert.Empty(host.Journal.Entries);
    }

    private static async Task<string> ProtectAsync(ProtectedHost host)
    {
        var disk = host.Hypervisor.Vm.AddDisk(12 * MiB + 512);
        disk.WriteRandom(MiB + 3, 3 * MiB, seed: 1);
        disk.WriteRandom(12 * MiB, 512, seed: 2);
        disk.Write(9 * MiB, Enumerable.Repeat((byte)7, 2 * MiB).ToArray());
        host.Hypervisor.Vm.AddDisk(4 * MiB).WriteRandom(0, MiB, seed: 3);
        return (await host.SynchronizeAsync()).JobId;
    }

    private static void AssertRecovered(ProtectedHost host)
    {
        var target = host.Hypervisor.Recovered;
        Assert.NotNull(target);
        Assert.True(target.IsFinished);
        foreach (var (disk, recovered) in host.Hypervisor.Vm.Disks.Zip(target.Disks.Cast<MemoryRecoveryDisk>()))
            Assert.True(disk.Content.SequenceEqual(recovered.Content), "A recovered disk differs.");
    }
}
