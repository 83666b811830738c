using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore;
using BackupFabric.Protos.Rest;
using BackupFabric.Protos.V1;
using BackupFabric.Server.Tests.Kit;
using Google.Protobuf;

namespace BackupFabric.Server.Tests.Backups;

/// <summary>
/// Goal: what an agent pushed and the server committed can be pulled back byte for byte, whatever happened in between, and nothing
/// that was not proved is ever committed. Method: a real server, agents over real TLS, disks made from seeds.
/// </summary>
public sealed class PushTests
{
    private const int DiskBytes = (40 << 20) + 12_345;

    [Fact]
    public async Task A_vm_that_was_backed_up_is_recovered_byte_for_byte_on_another_host()
    {
        await using var server = await TestServer.StartAsync();
        using var a = await TestAgent.EnrolAsync(server, "HV1");
        using var b = await TestAgent.EnrolAsync(server, "HV2");
        var vm = TestVm.Named("crm");
        await using var linkA = await a.ConnectAsync();
        await using var linkB = await b.ConnectAsync();
        await linkA.InventoryAsync(vm);
        await linkB.InventoryAsync();
        await SeesAsync(server, vm);

        TestDisk[] disks = [TestDisk.Random("disk-a", DiskBytes, 1), TestDisk.Random("disk-b", 3 << 20, 2)];
        var point = await BackUpAsync(server, a, linkA, vm, "rp-1", disks);

        var job = await server.RecoverAsync(new RecoverVmRequest(point, "HV2"));
        var order = await linkB.OrderAsync();
        Assert.Equal("crm", order.Recover.Name);
        Assert.True(order.Recover.NewIdentity);
        Assert.Equal(["system.vhdx", "system-2.vhdx"], order.Recover.Disks.Select(disk => disk.FileName));
        Assert.Equal("config", VmConfiguration.Parser.ParseFrom(order.Recover.Configuration).Name);
        foreach (var disk in disks)
        {
            var pulled = await TestPull.RunAsync(b, TestPull.RequestFor(order, disk.Key));
            disk.MustBe(pulled);
        }

        var recovered = Guid.NewGuid();
        await linkB.OutcomeAsync(order, Ending.Succeeded, recovered: recovered);
        await linkB.NotedAsync(order.JobId);
        var view = await server.JobUntilAsync(job, view => view.Ended);
        Assert.Equal(("succeeded", recovered), (view.State, view.RecoveredVmId));
    }

    [Theory]
    [InlineData("zstd", "-3", BlockCodec.Zstd, -3)]
    [InlineData("lz4", "4", BlockCodec.Lz4, 4)]
    [InlineData("none", "0", BlockCodec.None, 0)]
    public async Task The_servers_codec_and_level_are_what_agents_are_told_to_write(string codec, string level, BlockCodec agreed, int agreedLevel)
    {
        Assert.SkipUnless(BlockSealer.Supports(agreed), $"{agreed} needs its library on this machine.");
        await using var server = await TestServer.StartAsync("--Transfer:Codec", codec, "--Transfer:CodecLevel", level);
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await SeesAsync(server, vm);
        await server.BackupAsync(vm.Id);
        var order = await link.OrderAsync();
        using var push = await TestPush.OpenAsync(agent, TestPush.BeginFor(order, "", TestDisk.Random("disk", 1 << 20, 1)));
        Assert.Equal(((uint)agreed, agreedLevel), (push.Began.Codec, push.Began.CodecLevel));
    }

    [Fact]
    public async Task An_agent_that_lacks_the_servers_codec_writes_its_own_best_one_at_its_default_level()
    {
        await using var server = await TestServer.StartAsync("--Transfer:Codec", "lz4", "--Transfer:CodecLevel", "4");
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await SeesAsync(server, vm);
        await server.BackupAsync(vm.Id);
        var begin = TestPush.BeginFor(await link.OrderAsync(), "", TestDisk.Random("disk", 1 << 20, 1));
        begin.Codecs.Clear();
        begin.Codecs.Add([250, (uint)BlockCodec.None]);
        using var push = await TestPush.OpenAsync(agent, begin);
        Assert.Equal(((uint)BlockCodec.None, 0), (push.Began.Codec, push.Began.CodecLevel));
    }

    [Fact]
    public async Task A_second_synchronization_starts_from_the_first_and_sends_only_what_is_new()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await SeesAsync(server, vm);
        var disk = TestDisk.Random("disk", DiskBytes, 3);
        var first = await BackUpAsync(server, agent, link, vm, "rp-1", disk);

        disk.Change(17 << 20, 100_000, seed: 9);
        await server.BackupAsync(vm.Id);
        var order = await link.OrderAsync();
        Assert.Equal((first.ToString("D"), "rp-1", "rct:rp-1"), (order.Protect.Baseline.PointId, order.Protect.Baseline.ReferencePointId, order.Protect.Baseline.Disks[0].ChangeTrackingId));
        using var push = await TestPush.OpenAsync(agent, TestPush.BeginFor(order, order.Protect.Baseline.PointId, disk));
        Assert.Equal([true], push.Began.HasBase);
        await push.SendAsync(new PushUp { Layout = new LayoutQuery { Spans = { 1UL, 99UL } } });
        var layout = (await push.ReadAsync(PushDown.BodyOneofCase.Layout)).Layout;
        var entries = new List<SpanEntry>();
        Assert.True(SpanLeaf.TryDecode(layout.Spans[0].Entries.Span, push.Rules.SpanClusters, entries));
        Assert.True(layout.Spans[1].Entries.IsEmpty);
        await push.SpanAsync(0, disk, 1);
        Assert.InRange(push.BlocksSent, 1, 6);
        var second = await push.CommitAsync(disk);
        var rebased = await push.RebaseAsync(second, "rp-2", disk);
        Assert.Equal(["rp-1"], rebased.ObsoleteReferencePoints);
        await push.EndAsync();
        await link.OutcomeAsync(order, Ending.Succeeded);
        await link.NotedAsync(order.JobId);

        disk.MustBe(await RecoverAsync(server, agent, link, Guid.Parse(second), disk));
        Assert.Equal(2, (await server.GetAsync<List<PointView>>(Routes.Points + "?vm=crm")).Count);
    }

    [Fact]
    public async Task A_base_that_is_deleted_purged_and_collected_during_the_push_is_there_at_its_commit()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await SeesAsync(server, vm);
        var disk = TestDisk.Random("disk", DiskBytes, 3);
        var first = await BackUpAsync(server, agent, link, vm, "rp-1", disk);

        disk.Change(17 << 20, 100_000, seed: 9);
        await server.BackupAsync(vm.Id);
        var order = await link.OrderAsync();
        using var push = await TestPush.OpenAsync(agent, TestPush.BeginFor(order, $"{first:D}", disk));
        await PurgeAsync(server, first);
        // What the first stream was told holds for one that comes later.
        using var late = await TestPush.OpenAsync(agent, TestPush.BeginFor(order, $"{first:D}", disk));
        Assert.Equal([true, true], push.Began.HasBase.Concat(late.Began.HasBase));
        await late.SpanAsync(0, disk, 1);
        await late.EndAsync();
        var second = await push.CommitAsync(disk);
        await push.EndAsync();
        await link.OutcomeAsync(order, Ending.Succeeded);
        await link.NotedAsync(order.JobId);
        disk.MustBe(await RecoverAsync(server, agent, link, Guid.Parse(second), disk));
    }

    [Fact]
    public async Task An_unchanged_vm_needs_nothing_but_a_commit()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await SeesAsync(server, vm);
        var disk = TestDisk.Random("disk", 20 << 20, 4);
        await BackUpAsync(server, agent, link, vm, "rp-1", disk);
        var before = server.Service<Repository>().Usage().Blocks;

        await server.BackupAsync(vm.Id);
        var order = await link.OrderAsync();
        using var push = await TestPush.OpenAsync(agent, TestPush.BeginFor(order, order.Protect.Baseline.PointId, disk));
        var point = Guid.Parse(await push.CommitAsync(disk));
        await push.EndAsync();
        await link.OutcomeAsync(order, Ending.Succeeded);
        await link.NotedAsync(order.JobId);

        Assert.Equal(before, server.Service<Repository>().Usage().Blocks);
        Assert.Equal(0, (await server.GetAsync<PointView>(Routes.Point.Replace("{point}", point.ToString("N"), StringComparison.Ordinal))).NewBytes);
        disk.MustBe(await RecoverAsync(server, agent, link, point, disk));
    }

    [Fact]
    public async Task Several_streams_bring_one_point_and_the_last_one_commits()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await SeesAsync(server, vm);
        var disk = TestDisk.Random("disk", DiskBytes, 5);
        await server.BackupAsync(vm.Id);
        var order = await link.OrderAsync();

        using var even = await TestPush.OpenAsync(agent, TestPush.BeginFor(order, "", disk));
        using var odd = await TestPush.OpenAsync(agent, TestPush.BeginFor(order, "", disk));
        await Task.WhenAll(even.DiskAsync(0, disk, span => span % 2 == 0), odd.DiskAsync(0, disk, span => span % 2 == 1));
        await even.EndAsync();
        var point = Guid.Parse(await odd.CommitAsync(disk));
        await odd.EndAsync();
        await link.OutcomeAsync(order, Ending.Succeeded);
        await link.NotedAsync(order.JobId);
        disk.MustBe(await RecoverAsync(server, agent, link, point, disk));
    }

    [Fact]
    public async Task A_server_that_dies_in_the_middle_keeps_the_blocks_and_the_job_goes_on()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await SeesAsync(server, vm);
        var disk = TestDisk.Random("disk", DiskBytes, 6);
        var job = await server.BackupAsync(vm.Id);
        var order = await link.OrderAsync();
        using (var push = await TestPush.OpenAsync(agent, TestPush.BeginFor(order, "", disk)))
        {
            await push.DiskAsync(0, disk, span => span < 2);
            await push.AllStoredAsync();
            Assert.True(push.BlocksSent > 0);
            await server.RestartAsync();
        }

        await link.DisposeAsync();
        Assert.Equal("waiting", (await server.JobAsync(job)).State);
        agent.Reach(server);
        await using var again = await agent.ConnectAsync(new ActiveOrder { JobId = order.JobId, Attempt = order.Attempt });
        Assert.Empty(again.Welcome.Abandon);
        await again.InventoryAsync(vm);
        Assert.Equal("running", (await server.JobAsync(job)).State);

        // The old ticket still opens the job, what was stored is not asked for again, and the spans have to be told anew.
        using (var push = await TestPush.OpenAsync(agent, TestPush.BeginFor(order, "", disk)))
        {
            await push.SpanAsync(0, disk, 0);
            await push.SpanAsync(0, disk, 1);
            Assert.Equal(0, push.BlocksSent);
            await push.SpanAsync(0, disk, 2);
            var point = Guid.Parse(await push.CommitAsync(disk));
            await push.EndAsync();
            await again.OutcomeAsync(order, Ending.Succeeded);
            await again.NotedAsync(order.JobId);
            Assert.Equal("succeeded", (await server.JobAsync(job)).State);
            disk.MustBe(await RecoverAsync(server, agent, again, point, disk));
        }
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_found_to_be_done()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await SeesAsync(server, vm);
        var disk = TestDisk.Random("disk", 4 << 20, 7);
        await server.BackupAsync(vm.Id);
        var order = await link.OrderAsync();
        string point;
        using (var push = await TestPush.OpenAsync(agent, TestPush.BeginFor(order, "", disk)))
        {
            Assert.Null(push.Began.Committed);
            await push.DiskAsync(0, disk);
            point = await push.CommitAsync(disk);
        }

        using var later = await TestPush.OpenAsync(agent, TestPush.BeginFor(order, "", disk));
        Assert.Equal(point, later.Began.Committed.PointId);
        Assert.Equal(order.Protect.PointId, point);
        Assert.Equal(point, await later.CommitAsync(disk));
        Assert.Empty((await later.RebaseAsync(point, "rp-1", disk)).ObsoleteReferencePoints);
        Assert.Empty((await later.RebaseAsync(point, "rp-1", disk)).ObsoleteReferencePoints);
        Assert.Single(await server.GetAsync<List<PointView>>(Routes.Points));
    }

    [Fact]
    public async Task A_forged_block_is_refused_and_the_stream_with_it()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await SeesAsync(server, vm);
        var disk = TestDisk.Random("disk", 4 << 20, 8);
        await server.BackupAsync(vm.Id);
        var order = await link.OrderAsync();
        using var push = await TestPush.OpenAsync(agent, TestPush.BeginFor(order, "", disk));
        var bytes = new byte[Cluster.Size];
        bytes[0] = 1;
        var id = new byte[BlockId.Size];
        push.Key.IdOf(bytes).Write(id);
        bytes[0] = 2;
        await push.SendBlockAsync(id, BlockCodec.None, bytes.Length, bytes);
        var problem = await Patience.ProblemOf(() => push.ReadAsync(PushDown.BodyOneofCase.Committed));
        Assert.Equal("block-forged", problem.Code);
        Assert.False(server.Service<Repository>().Contains(BlockId.Read(id)));
    }

    [Fact]
    public async Task A_commit_with_missing_blocks_is_refused_and_makes_no_point()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await SeesAsync(server, vm);
        var disk = TestDisk.Random("disk", 4 << 20, 9);
        disk.Change(0, 1 << 20, 9);
        await server.BackupAsync(vm.Id);
        var order = await link.OrderAsync();
        using var push = await TestPush.OpenAsync(agent, TestPush.BeginFor(order, "", disk));
        await push.SpanAsync(0, disk, 0, withBlocks: false);
        Assert.Equal("blocks-missing", (await Patience.ProblemOf(() => push.CommitAsync(disk))).Code);
        Assert.Empty(await server.GetAsync<List<PointView>>(Routes.Points));
        Assert.Null(server.Service<Repository>().FindPoint(Guid.Parse(order.Protect.PointId)));
    }

    [Fact]
    public async Task Spans_of_a_broken_stream_do_not_count()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await SeesAsync(server, vm);
        var disk = TestDisk.Random("disk", DiskBytes, 10);
        await server.BackupAsync(vm.Id);
        var order = await link.OrderAsync();
        using var whole = await TestPush.OpenAsync(agent, TestPush.BeginFor(order, "", disk));
        using (var broken = await TestPush.OpenAsync(agent, TestPush.BeginFor(order, "", disk)))
        {
            // Another disk's content under the same spans: if it counted, the point would be wrong.
            await broken.DiskAsync(0, TestDisk.Random("disk", DiskBytes, 11));
            await broken.AllStoredAsync();
        }

        await whole.DiskAsync(0, disk);
        var point = Guid.Parse(await whole.CommitAsync(disk));
        await whole.EndAsync();
        await link.OutcomeAsync(order, Ending.Succeeded);
        await link.NotedAsync(order.JobId);
        disk.MustBe(await RecoverAsync(server, agent, link, point, disk));
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_with_a_sentence()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await SeesAsync(server, vm);
        var disk = TestDisk.Random("disk", 4 << 20, 12);
        var other = TestDisk.Random("other", 4 << 20, 12);
        await server.BackupAsync(vm.Id, new BackupRequest("application-required"));
        var order = await link.OrderAsync();

        async Task RefusedAsync(string code, Func<TestPush, Task> step)
        {
            using var push = await TestPush.OpenAsync(agent, TestPush.BeginFor(order, "", disk));
            Assert.Equal(code, (await Patience.ProblemOf(async () =>
            {
                await step(push);
                await push.ReadAsync(PushDown.BodyOneofCase.Committed);
            })).Code);
        }

        await RefusedAsync("push-invalid", push => push.SendAsync(new PushUp { Span = new SpanMap { Disk = 1 } }));
        await RefusedAsync("push-invalid", push => push.SendAsync(new PushUp { Span = new SpanMap { Span = 1 } }));
        await RefusedAsync("push-invalid", push => push.SendAsync(new PushUp { Span = new SpanMap { Entries = ByteString.CopyFrom(1, 2, 3) } }));
        await RefusedAsync("push-invalid", push => push.SendAsync(new PushUp { Offer = new Offer { Ids = ByteString.CopyFrom(new byte[31]) } }));
        await RefusedAsync("push-invalid", push => push.SendAsync(new PushUp { Commit = TestPush.CommitFor(other) }));
        await RefusedAsync("push-invalid", push => push.SendAsync(new PushUp { Commit = TestPush.CommitFor() }));
        await RefusedAsync("push-out-of-turn", push => push.SendAsync(new PushUp { Begin = new PushBegin() }));
        await RefusedAsync("push-out-of-turn", push => push.SendAsync(new PushUp { Rebase = new PushRebase { PointId = order.Protect.PointId, Baseline = new Baseline() } }));
        await RefusedAsync("consistency-below-contract", push => push.SendAsync(new PushUp { Commit = new PushCommit(TestPush.CommitFor(disk)) { Consistency = Consistency.Crash } }));
        var begin = TestPush.BeginFor(order, "", disk);
        begin.Epoch++;
        Assert.Equal("placement-changed", (await Patience.ProblemOf(() => TestPush.OpenAsync(agent, begin))).Code);
        Assert.Empty(await server.GetAsync<List<PointView>>(Routes.Points));
    }

    internal static async Task SeesAsync(TestServer server, TestVm vm) =>
        await Patience.UntilAsync($"the server knows VM '{vm.Name}'", async () => (await server.GetAsync<List<VmView>>(Routes.Vms)).Any(view => view.Id == vm.Id && view.HostId is not null));

    /// <summary>Deletes a point and gives back all that nobody needs.</summary>
    internal static async Task PurgeAsync(TestServer server, Guid point)
    {
        var repository = server.Service<Repository>();
        await repository.DeletePointAsync(point, TestContext.Current.CancellationToken);
        var report = await repository.CollectAsync(new(EmptyTrashOlderThan: TimeSpan.Zero), null, TestContext.Current.CancellationToken);
        Assert.Equal(1, report.PointsPurged);
    }

    internal static async Task<Guid> BackUpAsync(TestServer server, TestAgent agent, TestLink link, TestVm vm, string referencePoint, params TestDisk[] disks)
    {
        var job = await server.BackupAsync(vm.Id);
        var order = await link.OrderAsync();
        Assert.Equal(job.ToString("D"), order.JobId);
        using var push = await TestPush.OpenAsync(agent, TestPush.BeginFor(order, "", disks));
        for (var i = 0; i < disks.Length; i++) await push.DiskAsync(i, disks[i]);
        var point = await push.CommitAsync(disks);
        await push.RebaseAsync(point, referencePoint, disks);
        await push.EndAsync();
        await link.OutcomeAsync(order, Ending.Succeeded);
        await link.NotedAsync(order.JobId);
        var view = await server.JobAsync(job);
        Assert.Equal(("succeeded", point), (view.State, view.PointId?.ToString("D")));
        return Guid.Parse(point);
    }

    internal static async Task<byte[]> RecoverAsync(TestServer server, TestAgent agent, TestLink link, Guid point, TestDisk disk)
    {
        await server.RecoverAsync(new RecoverVmRequest(point, agent.Name, "copy " + Guid.NewGuid().ToString("N")));
        var order = await link.OrderAsync();
        var bytes = await TestPull.RunAsync(agent, TestPull.RequestFor(order, disk.Key));
        await link.OutcomeAsync(order, Ending.Succeeded);
        await link.NotedAsync(order.JobId);
        return bytes;
    }
}
