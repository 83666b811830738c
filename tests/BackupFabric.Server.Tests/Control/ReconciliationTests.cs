using BackupFabric.Server.Control;
using BackupFabric.Server.Jobs;

namespace BackupFabric.Server.Tests.Control;

public sealed class ReconciliationTests
{
    private static readonly Guid Here = Guid.NewGuid();
    private static readonly Guid There = Guid.NewGuid();
    private static readonly Guid Job = Guid.NewGuid();

    [Theory]
    [InlineData(JobState.Running, 2, true)]
    [InlineData(JobState.Waiting, 2, true)]
    [InlineData(JobState.Queued, 2, false)]
    [InlineData(JobState.Cancelled, 2, false)]
    [InlineData(JobState.Running, 3, false)]
    public void Only_the_attempt_that_the_server_still_wants_goes_on(JobState state, int attempt, bool goesOn)
    {
        var plan = Reconciliation.Plan(Here, [new ClaimedOrder(Job, 2)], [new BelievedJob(Job, Here, state, attempt)]);
        Assert.Equal(goesOn, plan.Resume.Count == 1);
        Assert.Equal(!goesOn, plan.Abandon.Count == 1);
    }

    [Fact]
    public void A_job_of_another_host_or_of_nobody_is_abandoned()
    {
        var plan = Reconciliation.Plan(Here, [new ClaimedOrder(Job, 1), new ClaimedOrder(Guid.NewGuid(), 1)], [new BelievedJob(Job, There, JobState.Running, 1)]);
        Assert.Equal(2, plan.Abandon.Count);
        Assert.Empty(plan.Lost);
    }

    [Fact]
    public void What_runs_here_without_the_agent_knowing_is_lost_once_and_what_waits_is_not_lost_again()
    {
        var waiting = Guid.NewGuid();
        var plan = Reconciliation.Plan(Here, [], [new BelievedJob(Job, Here, JobState.Running, 4), new BelievedJob(waiting, Here, JobState.Waiting, 1)]);
        Assert.Equal([new ClaimedOrder(Job, 4)], plan.Lost);
    }

    [Fact]
    public void An_agent_that_has_another_attempt_loses_both()
    {
        var plan = Reconciliation.Plan(Here, [new ClaimedOrder(Job, 1)], [new BelievedJob(Job, Here, JobState.Running, 2)]);
        Assert.Equal([Job], plan.Abandon);
        Assert.Equal([new ClaimedOrder(Job, 2)], plan.Lost);
    }
}
