using BackupFabric.Protos.Rest;

namespace BackupFabric.EndToEnd.Tests;

/// <summary>kill -9 of real processes in the middle of real work. Goal: the job ends by itself, nothing is left behind, nothing stored is sent again.</summary>
public sealed class SuddenDeath
{
    /// <summary>What may be under way, counted by the agent but not yet kept by the server, when somebody dies.</summary>
    private const long InFlightAtMost = 16 << 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_agent_that_dies_in_the_middle_of_a_backup_finishes_it_after_its_restart()
    {
        await using var hosts = await TwoHosts.StartAsync(Cancellation);
        var job = await BackupInTheMiddleAsync(hosts);
        hosts.Fabric.Agent("HV1").Kill();
        hosts.Faults();
        hosts.Fabric.StartAgent("HV1");
        await ProveBackupAsync(hosts, job);
    }

    [Fact]
    public async Task A_server_that_dies_in_the_middle_of_a_backup_finishes_it_after_its_restart()
    {
        await using var hosts = await TwoHosts.StartAsync(Cancellation);
        var job = await BackupInTheMiddleAsync(hosts);
        hosts.Fabric.Server!.Kill();
        hosts.Faults();
        await hosts.Fabric.StartServerAsync(Cancellation);
        await ProveBackupAsync(hosts, job);
    }

    [Fact]
    public async Task An_agent_that_dies_in_the_middle_of_a_recovery_leaves_nothing_half_made()
    {
        await using var hosts = await TwoHosts.StartAsync(Cancellation, used: "384M");
        var backup = await hosts.BackupAsync(Cancellation);
        var job = await RecoveryInTheMiddleAsync(hosts, backup);
        hosts.Fabric.Agent("HV2").Kill();
        hosts.Fabric.StartAgent("HV2");
        await ProveRecoveryAsync(hosts, job);
    }

    [Fact]
    public async Task A_server_that_dies_in_the_middle_of_a_recovery_leaves_nothing_half_made()
    {
        await using var hosts = await TwoHosts.StartAsync(Cancellation, used: "384M");
        var backup = await hosts.BackupAsync(Cancellation);
        var job = await RecoveryInTheMiddleAsync(hosts, backup);
        hosts.Fabric.Server!.Kill();
        await hosts.Fabric.StartServerAsync(Cancellation);
        await ProveRecoveryAsync(hosts, job);
    }

    private static async Task<JobView> BackupInTheMiddleAsync(TwoHosts hosts)
    {
        hosts.SlowReads(100);
        var job = await hosts.StartBackupAsync(Cancellation);
        return await hosts.UntilAsync(job, "has sent some blocks", j => j.Progress.SentBytes > 24 << 20, Cancellation);
    }

    private static async Task<Guid> RecoveryInTheMiddleAsync(TwoHosts hosts, JobView backup)
    {
        hosts.Faults("""{"writes":[{"delayMilliseconds":20}]}""");
        var job = await hosts.StartRecoveryAsync(backup.PointId!.Value, "web 02", Cancellation);
        await hosts.UntilAsync(job, "has written some bytes", j => j.Progress.DoneBytes > 8 << 20, Cancellation);
        return job;
    }

    /// <param name="before">The job as it was when somebody died. A new attempt counts from zero; the same one counts on.</param>
    private static async Task ProveBackupAsync(TwoHosts hosts, JobView before)
    {
        var ended = await hosts.UntilEndedAsync(before.Id, Cancellation);
        Assert.True(ended.State == "succeeded", $"{ended}");
        await hosts.UntilNothingIsLeftAsync(Cancellation);
        await hosts.Fabric.DisposeAsync(); // the repository is free to be opened here

        var usage = await StoredBlocks.UsageAsync(hosts.Fabric.Folder.Server, Cancellation);
        var sent = ended.Figures.SentBytes + (ended.Attempt > before.Attempt ? before.Progress.SentBytes : 0);
        Assert.InRange(sent, 1, usage.DataPackBytes + InFlightAtMost);
        Assert.NotNull(ended.PointId);
    }

    private static async Task ProveRecoveryAsync(TwoHosts hosts, Guid job)
    {
        hosts.Faults();
        var ended = await hosts.UntilEndedAsync(job, Cancellation);
        Assert.True(ended.State == "succeeded", $"{ended}");
        Assert.True(await hosts.IsIdenticalAsync("web 02", Cancellation));
        await hosts.UntilNothingIsLeftAsync(Cancellation);
    }
}
