using BackupFabric.Protos.V1;
using BackupFabric.Server.Jobs;

namespace BackupFabric.Server.Tests.Jobs;

public sealed class AdmissionTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid HostA = Guid.NewGuid();
    private static readonly Guid HostB = Guid.NewGuid();

    [Fact]
    public void No_more_jobs_than_the_host_may_run_are_sent_to_it()
    {
        var jobs = Enumerable.Range(0, 5).Select(i => Candidate(HostA, age: 10 - i)).Append(Candidate(HostB)).ToList();
        var verdicts = Decide(jobs, new() { [HostA] = 1 }, new JobSettings { RunningPerHostMax = 3 });
        Assert.Equal([AdmissionVerdict.Send, AdmissionVerdict.Send, AdmissionVerdict.Stay, AdmissionVerdict.Stay, AdmissionVerdict.Stay, AdmissionVerdict.Send], verdicts);
    }

    [Fact]
    public void No_more_jobs_than_the_server_may_run_are_sent_at_all()
    {
        var jobs = new[] { Candidate(HostA, age: 2), Candidate(HostB, age: 3), Candidate(HostA, age: 1) };
        var verdicts = Decide(jobs, [], new JobSettings { RunningMax = 2 });
        Assert.Equal([AdmissionVerdict.Send, AdmissionVerdict.Send, AdmissionVerdict.Stay], verdicts);
    }

    [Fact]
    public void A_recovery_goes_before_backups_that_came_earlier()
    {
        var jobs = new[] { Candidate(HostA, age: 100), Candidate(HostA, kind: JobKind.Recover) };
        Assert.Equal([AdmissionVerdict.Stay, AdmissionVerdict.Send], Decide(jobs, [], new JobSettings { RunningPerHostMax = 1 }));
    }

    [Fact]
    public void A_job_without_a_connected_host_is_held_and_takes_no_place()
    {
        var jobs = new[] { Candidate(null, age: 3), Candidate(HostA, age: 2, connected: false), Candidate(HostB, age: 1) };
        Assert.Equal([AdmissionVerdict.Hold, AdmissionVerdict.Hold, AdmissionVerdict.Send], Decide(jobs, [], new JobSettings { RunningMax = 1 }));
    }

    [Fact]
    public void A_job_waits_for_its_time_and_for_the_hosts_first_inventory()
    {
        var jobs = new[] { Candidate(HostA, notBefore: Now.AddSeconds(1)), Candidate(HostA, ready: false), Candidate(HostA, notBefore: Now) };
        Assert.Equal([AdmissionVerdict.Stay, AdmissionVerdict.Stay, AdmissionVerdict.Send], Decide(jobs, [], new JobSettings()));
    }

    [Theory]
    [InlineData(RetryClass.Never, 0, false)]
    [InlineData(RetryClass.AfterOperatorActs, 0, false)]
    [InlineData(RetryClass.Soon, 0, true)]
    [InlineData(RetryClass.Soon, 4, true)]
    [InlineData(RetryClass.Soon, 5, false)]
    [InlineData(RetryClass.Later, 4, true)]
    [InlineData(RetryClass.Later, 5, false)]
    public void Only_failures_that_pass_are_tried_again_and_only_so_often(RetryClass retry, int soFar, bool again) =>
        Assert.Equal(again, JobRetry.DelayFor(retry, soFar, new JobSettings(), 0.5) is not null);

    [Fact]
    public void Delays_grow_up_to_their_bound()
    {
        var settings = new JobSettings { SoonDelay = TimeSpan.FromSeconds(10), DelayMax = TimeSpan.FromSeconds(60), RetriesMax = 9 };
        Assert.Equal([10, 20, 40, 60, 60], Enumerable.Range(0, 5).Select(i => JobRetry.DelayFor(RetryClass.Soon, i, settings, 0.5)!.Value.TotalSeconds));
        Assert.True(JobRetry.DelayFor(RetryClass.Soon, 0, settings, 0) < JobRetry.DelayFor(RetryClass.Soon, 0, settings, 1));
    }

    private static AdmissionVerdict[] Decide(IReadOnlyList<AdmissionCandidate> jobs, Dictionary<Guid, int> running, JobSettings limits)
    {
        var decisions = Admission.Decide(jobs, running, limits, Now).ToDictionary(decision => decision.JobId, decision => decision.Verdict);
        return [.. jobs.Select(job => decisions[job.JobId])];
    }

    private static AdmissionCandidate Candidate(
        Guid? host, int age = 0, JobKind kind = JobKind.Backup, bool connected = true, bool ready = true, DateTimeOffset? notBefore = null) =>
        new(Guid.NewGuid(), kind, Now.AddMinutes(-age), notBefore, host, connected, ready && connected);
}
