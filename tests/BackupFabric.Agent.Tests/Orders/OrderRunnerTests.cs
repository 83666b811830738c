using BackupFabric.Agent.Orders;
using BackupFabric.Agent.Tests.TestKit;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFabric.Agent.Tests.Orders;

public sealed class OrderRunnerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualClock _time = new();
    private readonly ScriptedJob _job = new();
    private readonly OutcomeShelf _outcomes;
    private readonly OrderRunner _runner;

    public OrderRunnerTests()
    {
        _outcomes = new OutcomeShelf(_folder.In("outcomes"));
        _runner = Runner();
    }

    [Fact]
    public async Task An_order_delivered_twice_runs_once()
    {
        var order = Order();
        _runner.Take(order);
        _runner.Take(order.Clone());
        (await _job.NextAsync()).End();

        await OutcomeAsync();
        Assert.Equal(1, _job.Started);
    }

    [Fact]
    public async Task An_order_that_has_ended_and_comes_again_is_answered_from_memory()
    {
        var order = Order();
        _runner.Take(order);
        (await _job.NextAsync()).End();
        var first = await OutcomeAsync();

        _runner.Take(order.Clone());

        Assert.Equal(first, await OutcomeAsync());
        Assert.Equal(1, _job.Started);
    }

    [Fact]
    public async Task A_newer_attempt_stops_the_older_one_and_waits_for_its_clean_up()
    {
        var order = Order();
        _runner.Take(order);
        var older = await _job.NextAsync();
        older.HoldsCleanUp = new TaskCompletionSource();

        var again = order.Clone();
        again.Attempt = 2;
        _runner.Take(again);
        await older.Stopping;
        Assert.Equal(1, _job.Started);
        older.HoldsCleanUp.SetResult();

        (await _job.NextAsync()).End();
        Assert.Equal(2u, (await OutcomeAsync()).Attempt);
        Assert.Equal(2u, Assert.Single(_outcomes.All).Attempt);
    }

    [Fact]
    public async Task An_older_attempt_that_comes_late_is_ignored()
    {
        var order = Order();
        order.Attempt = 3;
        _runner.Take(order);
        var running = await _job.NextAsync();
        var late = order.Clone();
        late.Attempt = 2;
        _runner.Take(late);
        running.End();
        Assert.Equal(3u, (await OutcomeAsync()).Attempt);
        Assert.Equal(1, _job.Started);
    }

    [Fact]
    public async Task An_order_for_an_older_placement_is_refused_even_after_a_restart()
    {
        var vm = Guid.NewGuid();
        _runner.Take(Order(vm, epoch: 7));
        (await _job.NextAsync()).End();
        await OutcomeAsync();

        using var restarted = Runner();
        restarted.Take(Order(vm, epoch: 6));

        var outcome = await OutcomeAsync();
        Assert.Equal(Ending.Failed, outcome.Ending);
        Assert.Equal("stale-placement", outcome.Problem.Code);
        Assert.Equal(1, _job.Started);

        restarted.Take(Order(vm, epoch: 7));
        (await _job.NextAsync()).End();
        Assert.Equal(Ending.Succeeded, (await OutcomeAsync()).Ending);
    }

    [Fact]
    public async Task An_order_without_word_from_the_server_is_stopped_when_its_lease_runs_out()
    {
        var order = Order();
        order.Lease = Duration.FromTimeSpan(TimeSpan.FromMinutes(5));
        _runner.Take(order);
        var running = await _job.NextAsync();

        _time.Advance(TimeSpan.FromMinutes(4));
        _runner.StopForgotten();
        _runner.Extend([order.JobId], Duration.FromTimeSpan(TimeSpan.FromMinutes(5)));
        _time.Advance(TimeSpan.FromMinutes(4));
        _runner.StopForgotten();
        Assert.False(running.Stopping.IsCompleted);

        _time.Advance(TimeSpan.FromMinutes(2) + new OrderLimits().LeaseGrace);
        _runner.StopForgotten();
        await running.Stopping;
        Assert.Equal("lease-lost", (await OutcomeAsync()).Problem.Code);
    }

    [Fact]
    public async Task A_lease_that_nobody_named_outlives_a_server_restart_of_some_minutes()
    {
        _runner.Take(Order());
        var running = await _job.NextAsync();
        _time.Advance(TimeSpan.FromMinutes(9));
        _runner.StopForgotten();
        Assert.False(running.Stopping.IsCompleted);
        running.End();
        Assert.Equal(Ending.Succeeded, (await OutcomeAsync()).Ending);
    }

    [Fact]
    public async Task A_cancelled_order_says_so_and_an_abandoned_one_says_nothing()
    {
        var (cancelled, abandoned) = (Order(), Order());
        _runner.Take(cancelled);
        await _job.NextAsync();
        _runner.Take(abandoned);
        await _job.NextAsync();

        _runner.Stop(abandoned.JobId, StopReason.Abandoned);
        _runner.Stop(cancelled.JobId, StopReason.Cancelled, "the operator said so");

        Assert.Equal(Ending.Cancelled, (await OutcomeAsync()).Ending);
        Assert.True(await _runner.StopAllAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(cancelled.JobId, Assert.Single(_outcomes.All).JobId);
        Assert.False(_runner.IsActive(Guid.Parse(abandoned.JobId)));
    }

    [Fact]
    public async Task Stopping_the_agent_waits_for_clean_up_takes_nothing_new_and_leaves_the_job_to_be_started_anew()
    {
        _runner.Take(Order());
        await _job.NextAsync();

        Assert.True(await _runner.StopAllAsync(TimeSpan.FromSeconds(10)));
        _runner.Take(Order());

        Assert.Equal(1, _job.Started);
        Assert.Empty(_outcomes.All);
        Assert.Empty(_runner.Running);
    }

    [Fact]
    public async Task No_more_orders_run_at_once_than_allowed()
    {
        for (var i = 0; i < 3; i++) _runner.Take(Order());
        var first = await _job.NextAsync();
        var second = await _job.NextAsync();
        Assert.Equal(2, _job.Started);
        first.End();
        (await _job.NextAsync()).End();
        second.End();
        for (var i = 0; i < 3; i++) Assert.Equal(Ending.Succeeded, (await OutcomeAsync()).Ending);
    }

    [Fact]
    public async Task A_problem_becomes_the_outcome_and_a_bug_becomes_one_too()
    {
        _runner.Take(Order());
        (await _job.NextAsync()).End(new ProblemException("vm-busy", "The VM is busy.", "Wait.", RetryClass.Later));
        Assert.Equal("vm-busy", (await OutcomeAsync()).Problem.Code);

        _runner.Take(Order());
        (await _job.NextAsync()).End(new InvalidOperationException("bug"));
        Assert.Equal("unexpected-failure", (await OutcomeAsync()).Problem.Code);
    }

    [Theory]
    [InlineData("not a guid")]
    [InlineData("../../../etc/passwd")]
    public async Task An_order_that_cannot_be_read_is_answered_and_writes_nowhere_else(string jobId)
    {
        _runner.Take(new WorkOrder { JobId = jobId, Attempt = 1 });
        Assert.Equal("order-unreadable", (await OutcomeAsync()).Problem.Code);
        Assert.Single(Directory.GetFiles(_folder.In("outcomes")));
    }

    [Fact]
    public async Task An_outcome_is_kept_over_a_restart_until_the_server_has_noted_it()
    {
        _runner.Take(Order());
        (await _job.NextAsync()).End();
        var outcome = await OutcomeAsync();

        Assert.Equal(outcome, Assert.Single(new OutcomeShelf(_folder.In("outcomes")).All));
        _outcomes.Noted(outcome.JobId);
        Assert.Empty(new OutcomeShelf(_folder.In("outcomes")).All);
    }

    public void Dispose()
    {
        _runner.Dispose();
        _folder.Dispose();
    }

    private static WorkOrder Order(Guid? vm = null, ulong epoch = 1) => new()
    {
        JobId = Guid.NewGuid().ToString(),
        Attempt = 1,
        Epoch = epoch,
        Protect = new ProtectOrder { VmId = (vm ?? Guid.NewGuid()).ToString(), PointId = Guid.NewGuid().ToString() },
    };

    private OrderRunner Runner() => new(
        _job, _job, _outcomes, new PlacementEpochs(_folder.In("placements.json")), new OrderLimits { AtOnce = 2 }, _time, NullLogger<OrderRunner>.Instance);

    private async Task<JobOutcome> OutcomeAsync() =>
        await _outcomes.Fresh.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
}
