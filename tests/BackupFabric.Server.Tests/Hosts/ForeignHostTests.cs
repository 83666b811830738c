using BackupFabric.Protos.Rest;
using BackupFabric.Protos.V1;
using BackupFabric.Server.Tests.Backups;
using BackupFabric.Server.Tests.Kit;

namespace BackupFabric.Server.Tests.Hosts;

/// <summary>Host A has everything of host B's but the key: job ids, attempts, tickets. It must get nowhere with them.</summary>
public sealed class ForeignHostTests
{
    [Fact]
    public async Task A_host_cannot_act_for_another_with_its_tickets_and_job_ids()
    {
        await using var server = await TestServer.StartAsync();
        using var thief = await TestAgent.EnrolAsync(server, "HVA");
        using var owner = await TestAgent.EnrolAsync(server, "HVB");
        await using var thiefLink = await thief.ConnectAsync();
        await using var link = await owner.ConnectAsync();
        var vm = TestVm.Named("crm");
        await thiefLink.InventoryAsync();
        await link.InventoryAsync(vm);
        await PushTests.SeesAsync(server, vm);
        var disk = TestDisk.Random("disk", 4 << 20, 1);
        var point = await PushTests.BackUpAsync(server, owner, link, vm, "rp-1", disk);

        // A running backup and a running recovery of B.
        var backup = await server.BackupAsync(vm.Id);
        var protect = await link.OrderAsync();
        var recover = await server.RecoverAsync(new RecoverVmRequest(point, "HVB", "copy"));
        var recovery = await link.OrderAsync();

        Assert.Equal("ticket-denied", (await Patience.ProblemOf(() => TestPush.OpenAsync(thief, TestPush.BeginFor(protect, "", disk)))).Code);
        Assert.Equal("ticket-denied", (await Patience.ProblemOf(() => TestPull.RunAsync(thief, TestPull.RequestFor(recovery, disk.Key)))).Code);

        // Progress, outcome, pulse and claims about B's jobs change nothing, except that A is told to leave them alone.
        await thiefLink.SendAsync(new AgentUp { Progress = new JobProgress { JobId = protect.JobId, Attempt = protect.Attempt, Phase = "stolen" } });
        await thiefLink.OutcomeAsync(protect, Ending.Failed, new Problem { Code = "stolen", Sentence = "s", Advice = "a" });
        await thiefLink.OutcomeAsync(recovery, Ending.Succeeded, recovered: Guid.NewGuid());
        await thiefLink.NotedAsync(recovery.JobId);
        await thiefLink.SendAsync(new AgentUp { Pulse = new Pulse { JobIds = { protect.JobId } } });
        Assert.Equal(protect.JobId, (await thiefLink.ExpectAsync(message => message.Cancel is not null)).Cancel.JobId);
        await using (var claiming = await thief.ConnectAsync(new ActiveOrder { JobId = protect.JobId, Attempt = protect.Attempt }))
            Assert.Equal([protect.JobId], claiming.Welcome.Abandon);
        foreach (var job in new[] { backup, recover })
        {
            var view = await server.JobAsync(job);
            Assert.Equal(("running", "HVB"), (view.State, view.HostName));
            Assert.NotEqual("stolen", view.Phase);
        }

        // B itself is not disturbed.
        using var push = await TestPush.OpenAsync(owner, TestPush.BeginFor(protect, protect.Protect.Baseline.PointId, disk));
        await push.CommitAsync(disk);
        disk.MustBe(await TestPull.RunAsync(owner, TestPull.RequestFor(recovery, disk.Key)));
    }

    [Fact]
    public async Task A_ticket_opens_only_its_own_job_in_its_own_attempt_and_kind()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        await using var link = await agent.ConnectAsync();
        var (crm, erp) = (TestVm.Named("crm"), TestVm.Named("erp"));
        await link.InventoryAsync(crm, erp);
        await PushTests.SeesAsync(server, erp);
        var disk = TestDisk.Random("disk", 4 << 20, 1);
        await server.BackupAsync(crm.Id);
        var first = await link.OrderAsync();
        await server.BackupAsync(erp.Id);
        var second = await link.OrderAsync();

        async Task DeniedAsync(Action<PushBegin> twist)
        {
            var begin = TestPush.BeginFor(first, "", disk);
            twist(begin);
            Assert.Equal("ticket-denied", (await Patience.ProblemOf(() => TestPush.OpenAsync(agent, begin))).Code);
        }

        await DeniedAsync(begin => begin.JobId = second.JobId);
        await DeniedAsync(begin => begin.Attempt++);
        await DeniedAsync(begin => begin.JobId = Guid.NewGuid().ToString());
        await DeniedAsync(begin => begin.JobId = "nonsense");
        await DeniedAsync(begin => begin.Ticket = Google.Protobuf.ByteString.Empty);
        Assert.Equal("ticket-denied", (await Patience.ProblemOf(() => TestPull.RunAsync(agent, TestPull.RequestFor(first, disk.Key)))).Code);

        // An ended job's ticket is worth nothing.
        await link.OutcomeAsync(first, Ending.Failed, new Problem { Code = "x", Sentence = "x", Advice = "x" });
        await link.NotedAsync(first.JobId);
        await DeniedAsync(_ => { });
    }

    [Fact]
    public async Task The_point_of_another_vm_is_no_base()
    {
        await using var server = await TestServer.StartAsync();
        using var a = await TestAgent.EnrolAsync(server, "HVA");
        using var b = await TestAgent.EnrolAsync(server, "HVB");
        await using var linkA = await a.ConnectAsync();
        await using var linkB = await b.ConnectAsync();
        var (mine, theirs) = (TestVm.Named("mine"), TestVm.Named("theirs"));
        await linkA.InventoryAsync(mine);
        await linkB.InventoryAsync(theirs);
        await PushTests.SeesAsync(server, mine);
        await PushTests.SeesAsync(server, theirs);
        var disk = TestDisk.Random("disk", 4 << 20, 1);
        var secret = await PushTests.BackUpAsync(server, b, linkB, theirs, "rp", disk);
        await server.BackupAsync(mine.Id);
        using var push = await TestPush.OpenAsync(a, TestPush.BeginFor(await linkA.OrderAsync(), secret.ToString("D"), disk));
        Assert.Equal([false], push.Began.HasBase);
        await push.SendAsync(new PushUp { Layout = new LayoutQuery { Spans = { 0UL } } });
        Assert.True((await push.ReadAsync(PushDown.BodyOneofCase.Layout)).Layout.Spans.Single().Entries.IsEmpty);
    }
}
