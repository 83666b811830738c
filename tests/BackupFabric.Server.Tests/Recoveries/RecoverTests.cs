using System.Net.Http.Json;
using BackupFabric.Blocks;
using BackupFabric.Protos.Rest;
using BackupFabric.Server.Recoveries;
using BackupFabric.Server.Tests.Backups;
using BackupFabric.Server.Tests.Kit;

namespace BackupFabric.Server.Tests.Recoveries;

public sealed class RecoverTests
{
    [Fact]
    public async Task Whatever_is_wrong_with_a_request_is_said_before_anything_happens()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        using var away = await TestAgent.EnrolAsync(server, "HV2");
        var vm = TestVm.Named("crm");
        await using var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await PushTests.SeesAsync(server, vm);
        var point = await PushTests.BackUpAsync(server, agent, link, vm, "rp-1", TestDisk.Random("disk", 2 << 20, 1));

        await RefusedAsync(server, "point-unknown", new RecoverVmRequest(Guid.NewGuid(), "HV1"));
        await RefusedAsync(server, "host-unknown", new RecoverVmRequest(point, "nobody"));
        await RefusedAsync(server, "host-unknown", new RecoverVmRequest(point, ""));
        await RefusedAsync(server, "host-offline", new RecoverVmRequest(point, "HV2"));
        await RefusedAsync(server, "vm-name-taken", new RecoverVmRequest(point, "HV1"));
        await RefusedAsync(server, "vm-name-taken", new RecoverVmRequest(point, "HV1", "CRM"));
        await RefusedAsync(server, "vm-name-invalid", new RecoverVmRequest(point, "HV1", ""));
        await RefusedAsync(server, "vm-name-invalid", new RecoverVmRequest(point, "HV1", "a/b"));
        await RefusedAsync(server, "path-invalid", new RecoverVmRequest(point, "HV1", "copy", "relative"));
        Assert.Single(await server.GetAsync<List<JobView>>(Routes.Jobs));

        await server.RecoverAsync(new RecoverVmRequest(point, "HV1", "copy", @"D:\Recovered"));
        var order = await link.OrderAsync();
        Assert.Equal(("copy", @"D:\Recovered"), (order.Recover.Name, order.Recover.Folder));
        await RefusedAsync(server, "recovery-has-job", new RecoverVmRequest(point, "HV1", "Copy"));
    }

    [Fact]
    public async Task A_vm_that_nobody_has_any_more_comes_back_with_its_identity()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await PushTests.SeesAsync(server, vm);
        var point = await PushTests.BackUpAsync(server, agent, link, vm, "rp-1", TestDisk.Random("disk", 2 << 20, 1));
        await link.InventoryAsync();
        await Patience.UntilAsync("the VM is gone", async () => (await server.GetAsync<List<VmView>>(Routes.Vms)).Single().HostId is null);
        Assert.Equal("vm-not-placed", (await TestServer.ProblemAsync(await server.PostBackupAsync(vm.Id))).Code);

        await server.RecoverAsync(new RecoverVmRequest(point, "HV1"));
        Assert.False((await link.OrderAsync()).Recover.NewIdentity);
    }

    [Fact]
    public async Task A_point_that_is_deleted_purged_and_collected_while_it_is_sent_is_sent_to_its_end()
    {
        await using var server = await TestServer.StartAsync("--Transfer:BatchesReadAhead", "1");
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await PushTests.SeesAsync(server, vm);
        var point = await PushTests.BackUpAsync(server, agent, link, vm, "rp-1", TestDisk.Random("disk", 120 << 20, 6));
        await server.RecoverAsync(new RecoverVmRequest(point, "HV1", "copy"));
        using var call = agent.Transfer.Pull(TestPull.RequestFor(await link.OrderAsync(), "disk"), TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        await PushTests.PurgeAsync(server, point);
        ulong blocks = 0, said = 0;
        while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            using var message = call.ResponseStream.Current;
            if (message.Control?.End is { } end) said = end.Blocks;
            else blocks += (ulong)(message.Blocks?.Count ?? 0);
        }

        Assert.Equal(said, blocks);
        Assert.InRange(blocks, 500UL, ulong.MaxValue);
    }

    [Fact]
    public async Task A_broken_transfer_is_taken_up_at_a_span_and_unreadable_codecs_are_converted()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await PushTests.SeesAsync(server, vm);
        var disk = TestDisk.Random("disk", (40 << 20) + 777, 5);
        var point = await PushTests.BackUpAsync(server, agent, link, vm, "rp-1", disk);
        await server.RecoverAsync(new RecoverVmRequest(point, "HV1", "copy"));
        var order = await link.OrderAsync();

        var codecs = new HashSet<BlockCodec>();
        var plain = await TestPull.RunAsync(agent, TestPull.RequestFor(order, "disk", 0, BlockCodec.None), codec => codecs.Add(codec));
        disk.MustBe(plain);
        Assert.Equal([BlockCodec.None], codecs);

        const int Span = 16 << 20;
        var rest = await TestPull.RunAsync(agent, TestPull.RequestFor(order, "disk", Span));
        Assert.True(disk.Bytes.AsSpan(Span).SequenceEqual(rest.AsSpan(Span, disk.Bytes.Length - Span)));
        Assert.Equal(-1, rest.AsSpan(0, Span).IndexOfAnyExcept((byte)0));

        Assert.Equal("offset-invalid", (await Patience.ProblemOf(() => TestPull.RunAsync(agent, TestPull.RequestFor(order, "disk", 4096)))).Code);
        Assert.Equal("offset-invalid", (await Patience.ProblemOf(() => TestPull.RunAsync(agent, TestPull.RequestFor(order, "disk", 64 << 20)))).Code);
        Assert.Equal("disk-unknown", (await Patience.ProblemOf(() => TestPull.RunAsync(agent, TestPull.RequestFor(order, "other")))).Code);
    }

    [Theory]
    [InlineData("crm", true)]
    [InlineData("CRM (copy) 2026-11-22", true)]
    [InlineData("", false)]
    [InlineData(" crm", false)]
    [InlineData("crm.", false)]
    [InlineData("a:b", false)]
    [InlineData("a\u0001b", false)]
    public void Names_that_a_host_would_refuse_are_refused_here(string name, bool good) => Assert.Equal(good, RecoverNames.IsName(name));

    [Theory]
    [InlineData(@"D:\VMs", true)]
    [InlineData(@"\\server\share\VMs", true)]
    [InlineData("/srv/vms", true)]
    [InlineData("VMs", false)]
    [InlineData(@"D:VMs", false)]
    [InlineData(@"D:\VMs\..\Windows", false)]
    [InlineData(@"D:\a:b", false)]
    [InlineData("D:\\a|b", false)]
    public void Folders_are_full_paths_without_tricks(string path, bool good) => Assert.Equal(good, RecoverNames.IsFolder(path));

    [Fact]
    public void File_names_of_recovered_disks_are_unique_and_whole_disks() => Assert.Equal(
        ["system.vhdx", "SYSTEM-2.vhdx", "data.vhdx", "old.vhd", "disk-5.vhdx"],
        RecoverFileNames.For([@"D:\a\system.vhdx", @"E:\b\SYSTEM.VHDX", "/x/data.avhdx", "old.vhd", ""]));

    private static async Task RefusedAsync(TestServer server, string code, RecoverVmRequest request) =>
        Assert.Equal(code, (await TestServer.ProblemAsync(await server.Http.PostAsJsonAsync(Routes.RecoverVm, request))).Code);
}
