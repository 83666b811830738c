using System.Net;
using System.Net.Http.Json;
using BackupFabric.Protos.Rest;
using BackupFabric.Protos.V1;
using BackupFabric.Server.Tests.Backups;
using BackupFabric.Server.Tests.Kit;

namespace BackupFabric.Server.Tests.Control;

/// <summary>A job's way between server and agent when either goes away, and what operators are told meanwhile.</summary>
public sealed class JobLifeTests
{
    [Fact]
    public async Task An_agent_that_comes_back_with_its_job_goes_on_and_one_without_gets_it_again()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await PushTests.SeesAsync(server, vm);
        var job = await server.BackupAsync(vm.Id);
        var first = await link.OrderAsync();
        Assert.Equal(1U, first.Attempt);

        await link.DisposeAsync();
        var waiting = await server.JobUntilAsync(job, view => view.State == "waiting");
        Assert.Equal("waiting-for-host", waiting.Problem!.Code);
        Assert.Contains("HV1", waiting.Problem.Sentence, StringComparison.Ordinal);

        await using (var back = await agent.ConnectAsync(new ActiveOrder { JobId = first.JobId, Attempt = 1 }))
        {
            Assert.Equal([first.JobId], (await back.ExpectAsync(message => message.Lease is not null)).Lease.JobIds);
            var resumed = await server.JobAsync(job);
            Assert.Equal(("running", 1), (resumed.State, resumed.Attempt));
        }

        await server.JobUntilAsync(job, view => view.State == "waiting");
        await using var empty = await agent.ConnectAsync();
        await empty.InventoryAsync(vm);
        var second = await empty.OrderAsync();
        Assert.Equal((first.JobId, 2U, first.Protect.PointId), (second.JobId, second.Attempt, second.Protect.PointId));
        Assert.NotEqual(first.Ticket, second.Ticket);

        // Whoever still claims the old attempt is told to leave it.
        await using var stale = await agent.ConnectAsync(new ActiveOrder { JobId = first.JobId, Attempt = 1 });
        Assert.Equal([first.JobId], stale.Welcome.Abandon);
    }

    [Fact]
    public async Task A_newer_stream_of_a_host_takes_the_place_of_the_older()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using var older = await agent.ConnectAsync();
        await older.InventoryAsync(vm);
        await PushTests.SeesAsync(server, vm);
        var job = await server.BackupAsync(vm.Id);
        var order = await older.OrderAsync();
        await using var newer = await agent.ConnectAsync(new ActiveOrder { JobId = order.JobId, Attempt = order.Attempt });
        Assert.Equal("agent-connected-again", (await Patience.ProblemOf(() => older.Ended)).Code);
        await newer.InventoryAsync(vm);
        // The end of the older stream must not be taken for the loss of the agent.
        await newer.SendAsync(new AgentUp { Progress = new JobProgress { JobId = order.JobId, Attempt = order.Attempt, Phase = "reading", DoneBytes = 5, WorkBytes = 10 } });
        var view = await server.JobUntilAsync(job, view => view.Phase == "reading");
        Assert.Equal(("running", 1, 5L), (view.State, view.Attempt, view.Progress.DoneBytes));
        Assert.Equal("online", (await server.GetAsync<List<HostView>>(Routes.Hosts)).Single().Status);
    }

    [Fact]
    public async Task An_outcome_is_durable_before_it_is_noted_and_counts_once()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await PushTests.SeesAsync(server, vm);
        var job = await server.BackupAsync(vm.Id);
        var order = await link.OrderAsync();
        var problem = new Problem { Code = "disk-image-damaged", Sentence = "The image is damaged.", Advice = "Repair it.", Retry = RetryClass.Never };
        await link.OutcomeAsync(order, Ending.Failed, problem);
        await link.NotedAsync(order.JobId);
        await server.RestartAsync();
        agent.Reach(server);
        var view = await server.JobAsync(job);
        Assert.Equal(("failed", "disk-image-damaged", 7L), (view.State, view.Problem!.Code, view.Figures.ReadBytes));

        await using var again = await agent.ConnectAsync();
        await again.OutcomeAsync(order, Ending.Succeeded);
        await again.NotedAsync(order.JobId);
        Assert.Equal("failed", (await server.JobAsync(job)).State);
    }

    [Fact]
    public async Task A_success_without_a_point_in_the_repository_is_not_believed()
    {
        await using var server = await TestServer.StartAsync("--Jobs:SoonDelay", "00:00:00.05", "--Jobs:RetriesMax", "1");
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await PushTests.SeesAsync(server, vm);
        var job = await server.BackupAsync(vm.Id);
        await link.OutcomeAsync(await link.OrderAsync(), Ending.Succeeded);
        await link.OutcomeAsync(await link.OrderAsync(), Ending.Succeeded);
        var view = await server.JobUntilAsync(job, view => view.Ended);
        Assert.Equal(("failed", "point-not-committed", 2), (view.State, view.Problem!.Code, view.Attempt));
    }

    [Fact]
    public async Task Trouble_that_passes_is_tried_again_so_often_and_then_reported()
    {
        await using var server = await TestServer.StartAsync("--Jobs:SoonDelay", "00:00:00.05", "--Jobs:RetriesMax", "2");
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await PushTests.SeesAsync(server, vm);
        var job = await server.BackupAsync(vm.Id);
        var busy = new Problem { Code = "vm-busy", Sentence = "The VM is being moved.", Advice = "Wait.", Retry = RetryClass.Soon };
        for (uint attempt = 1; attempt <= 3; attempt++)
        {
            var order = await link.OrderAsync();
            Assert.Equal(attempt, order.Attempt);
            await link.OutcomeAsync(order, Ending.Failed, busy);
        }

        var view = await server.JobUntilAsync(job, view => view.Ended);
        Assert.Equal(("failed", "vm-busy", 3), (view.State, view.Problem!.Code, view.Attempt));
    }

    [Fact]
    public async Task A_second_backup_of_a_vm_is_refused_and_names_the_job_that_runs()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await PushTests.SeesAsync(server, vm);
        var job = await server.BackupAsync(vm.Id);
        var answer = await server.PostBackupAsync(vm.Id);
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        var problem = await TestServer.ProblemAsync(answer);
        Assert.Equal("vm-has-job", problem.Code);
        Assert.Contains(job.ToString("N")[..8], problem.Sentence, StringComparison.Ordinal);

        var racers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => server.PostBackupAsync(vm.Id)));
        Assert.All(racers, racer => Assert.Equal(HttpStatusCode.Conflict, racer.StatusCode));
        Assert.Single(await server.GetAsync<List<JobView>>(Routes.Jobs));
    }

    [Fact]
    public async Task A_backup_on_a_host_that_is_off_is_refused_and_changes_nothing()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using (var link = await agent.ConnectAsync())
        {
            await link.InventoryAsync(vm);
            await PushTests.SeesAsync(server, vm);
        }

        await Patience.UntilAsync("the host is offline", async () => (await server.GetAsync<List<HostView>>(Routes.Hosts)).Single().Status == "offline");
        var problem = await TestServer.ProblemAsync(await server.PostBackupAsync(vm.Id));
        Assert.Equal(("host-offline", "after-operator-acts"), (problem.Code, problem.Retry));
        Assert.Contains("HV1", problem.Sentence, StringComparison.Ordinal);
        Assert.Empty(await server.GetAsync<List<JobView>>(Routes.Jobs));
    }

    [Fact]
    public async Task A_host_that_stays_away_fails_its_job_with_advice()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        Guid job;
        await using (var link = await agent.ConnectAsync())
        {
            await link.InventoryAsync(vm);
            await PushTests.SeesAsync(server, vm);
            job = await server.BackupAsync(vm.Id);
            await link.OrderAsync();
        }

        await server.JobUntilAsync(job, view => view.State == "waiting");
        server.Time.Advance(TimeSpan.FromHours(2));
        var view = await server.JobUntilAsync(job, view => view.Ended);
        Assert.Equal(("failed", "agent-lost"), (view.State, view.Problem!.Code));
    }

    [Fact]
    public async Task A_lease_that_is_not_renewed_is_an_agent_that_lost_the_job()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await PushTests.SeesAsync(server, vm);
        await server.BackupAsync(vm.Id);
        var first = await link.OrderAsync();
        server.Time.Advance(TimeSpan.FromSeconds(90));
        await link.SendAsync(new AgentUp { Pulse = new Pulse { JobIds = { first.JobId } } });
        await link.ExpectAsync(message => message.Lease?.JobIds.Contains(first.JobId) == true);
        server.Time.Advance(TimeSpan.FromSeconds(90));
        await link.SendAsync(new AgentUp { Pulse = new Pulse { JobIds = { first.JobId } } });
        await link.ExpectAsync(message => message.Lease?.JobIds.Contains(first.JobId) == true);
        server.Time.Advance(TimeSpan.FromSeconds(150));
        Assert.Equal(2U, (await link.OrderAsync()).Attempt);
    }

    [Fact]
    public async Task Cancelling_reaches_the_agent_and_a_waiting_job_ends_at_once()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        Guid second;
        WorkOrder lost;
        await using (var link = await agent.ConnectAsync())
        {
            await link.InventoryAsync(vm);
            await PushTests.SeesAsync(server, vm);
            var job = await server.BackupAsync(vm.Id);
            var order = await link.OrderAsync();
            Assert.True((await CancelAsync(server, job)).CancelRequested);
            await link.ExpectAsync(message => message.Cancel?.JobId == order.JobId);
            await link.OutcomeAsync(order, Ending.Cancelled);
            await link.NotedAsync(order.JobId);
            var view = await server.JobAsync(job);
            Assert.Equal(("cancelled", "cancelled-by-operator"), (view.State, view.Problem!.Code));
            Assert.Equal("cancelled", (await CancelAsync(server, job)).State);

            second = await server.BackupAsync(vm.Id);
            lost = await link.OrderAsync();
        }

        await server.JobUntilAsync(second, view => view.State == "waiting");
        Assert.Equal("cancelled", (await CancelAsync(server, second)).State);
        await using var back = await agent.ConnectAsync(new ActiveOrder { JobId = lost.JobId, Attempt = lost.Attempt });
        Assert.Equal([lost.JobId], back.Welcome.Abandon);
    }

    [Fact]
    public async Task A_vm_that_moves_takes_its_waiting_job_and_its_baseline_along()
    {
        await using var server = await TestServer.StartAsync();
        using var a = await TestAgent.EnrolAsync(server, "HVA");
        using var b = await TestAgent.EnrolAsync(server, "HVB");
        var vm = TestVm.Named("crm");
        await using var linkB = await b.ConnectAsync();
        await linkB.InventoryAsync();
        Guid job;
        WorkOrder old;
        await using (var linkA = await a.ConnectAsync())
        {
            await linkA.InventoryAsync(vm);
            await PushTests.SeesAsync(server, vm);
            await PushTests.BackUpAsync(server, a, linkA, vm, "rp-1", TestDisk.Random("disk", 2 << 20, 1));
            job = await server.BackupAsync(vm.Id);
            old = await linkA.OrderAsync();
        }

        await server.JobUntilAsync(job, view => view.State == "waiting");
        await linkB.InventoryAsync(vm);
        var order = await linkB.OrderAsync();
        Assert.Equal((old.JobId, 2U, old.Epoch + 1, "rp-1"), (order.JobId, order.Attempt, order.Epoch, order.Protect.Baseline.ReferencePointId));
        Assert.Equal("HVB", (await server.JobAsync(job)).HostName);

        // The old node comes back and still believes it has both: it gets neither.
        await using var back = await a.ConnectAsync(new ActiveOrder { JobId = old.JobId, Attempt = old.Attempt });
        Assert.Equal([old.JobId], back.Welcome.Abandon);
        await back.InventoryAsync(vm);
        await back.SendAsync(new AgentUp { Pulse = new Pulse() });
        await back.ExpectAsync(message => message.Lease is not null);
        var view = (await server.GetAsync<List<VmView>>(Routes.Vms)).Single();
        Assert.Equal(("HVB", order.Epoch), (view.HostName, view.PlacementEpoch));
    }

    [Fact]
    public async Task Jobs_are_found_by_the_beginning_of_their_id_by_state_and_by_vm()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var (crm, erp) = (TestVm.Named("crm"), TestVm.Named("erp"));
        await using var link = await agent.ConnectAsync();
        await link.InventoryAsync(crm, erp);
        await PushTests.SeesAsync(server, erp);
        var first = await server.BackupAsync(crm.Id);
        await link.OutcomeAsync(await link.OrderAsync(), Ending.Failed);
        await server.JobUntilAsync(first, view => view.Ended);
        var second = await server.BackupAsync(erp.Id);
        await link.OrderAsync();

        Assert.Equal(first, (await server.GetAsync<JobView>(Routes.Job.Replace("{job}", first.ToString("N")[..10], StringComparison.Ordinal))).Id);
        Assert.Equal([second, first], (await server.GetAsync<List<JobView>>(Routes.Jobs)).Select(job => job.Id));
        Assert.Equal([second], (await server.GetAsync<List<JobView>>(Routes.Jobs + "?state=live")).Select(job => job.Id));
        Assert.Equal([first], (await server.GetAsync<List<JobView>>(Routes.Jobs + "?state=failed,cancelled&vm=CRM")).Select(job => job.Id));
        Assert.Equal("job-state-invalid", (await TestServer.ProblemAsync(await server.Http.GetAsync(Routes.Jobs + "?state=done"))).Code);
        Assert.Equal("job-unknown", (await TestServer.ProblemAsync(await server.Http.GetAsync(Routes.Job.Replace("{job}", "ffffffff", StringComparison.Ordinal)))).Code);
        Assert.Equal("vm-unknown", (await TestServer.ProblemAsync(await server.Http.GetAsync(Routes.Jobs + "?vm=nothing"))).Code);
    }

    [Fact]
    public async Task A_stream_that_does_not_begin_with_a_hello_of_this_protocol_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        async Task<string> RefusedAsync(AgentUp first)
        {
            using var call = agent.Control.Connect();
            await call.RequestStream.WriteAsync(first);
            return (await Patience.ProblemOf(() => call.ResponseStream.MoveNext(CancellationToken.None))).Code;
        }

        Assert.Equal("hello-invalid", await RefusedAsync(new AgentUp { Pulse = new Pulse() }));
        Assert.Equal("protocol-not-supported", await RefusedAsync(new AgentUp { Hello = new Hello { Protocol = 2 } }));
        Assert.Equal("offline", (await server.GetAsync<List<HostView>>(Routes.Hosts)).Single().Status);
    }

    private static async Task<JobView> CancelAsync(TestServer server, Guid job)
    {
        var answer = await server.Http.PostAsync(Routes.JobCancel.Replace("{job}", job.ToString("N"), StringComparison.Ordinal), null);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JobView>())!;
    }
}
