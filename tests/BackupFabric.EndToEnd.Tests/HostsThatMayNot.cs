using BackupFabric.Protos.Rest;

namespace BackupFabric.EndToEnd.Tests;

/// <summary>Hosts that are off, revoked, or whose certificate ran out.</summary>
public sealed class HostsThatMayNot
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_that_is_off_is_named_and_no_job_is_made()
    {
        await using var hosts = await TwoHosts.StartAsync(Cancellation, used: "16M");
        hosts.Fabric.Agent("HV1").Terminate();
        await hosts.Fabric.UntilAsync("HV1 is offline", async () => (await hosts.Fabric.HostsAsync(Cancellation)).Any(h => h is { Name: "HV1", Status: "offline" }), Cancellation);
        var refused = await hosts.Fabric.BfAsync(Cancellation, "backup", TwoHosts.Vm);
        Assert.Equal(5, refused.ExitCode);
        Assert.Contains("host-offline", refused.Output, StringComparison.Ordinal);
        Assert.Contains("HV1", refused.Output, StringComparison.Ordinal);
        Assert.Empty((await hosts.Fabric.BfAsync(Cancellation, "job", "list")).As<List<JobView>>());
    }

    [Fact]
    public async Task A_revoked_host_is_out_at_once_and_comes_back_with_a_new_token_only()
    {
        await using var hosts = await TwoHosts.StartAsync(Cancellation, used: "16M");
        (await hosts.Fabric.BfAsync(Cancellation, "host", "revoke", "HV1")).Expect();
        var agent = hosts.Fabric.Agent("HV1");
        await hosts.Fabric.UntilAsync("the agent says that it is revoked", () => Task.FromResult(agent.LogTail(50).Contains("host-revoked", StringComparison.Ordinal)), Cancellation);
        var refused = await hosts.Fabric.BfAsync(Cancellation, "backup", TwoHosts.Vm);
        Assert.NotEqual(0, refused.ExitCode);
        agent.Terminate();

        await hosts.Fabric.EnrolAsync("HV1", Cancellation);
        await hosts.Fabric.StartAgentAndWaitAsync("HV1", Cancellation);
        Assert.Equal("succeeded", (await hosts.BackupAsync(Cancellation)).State);
    }

    [Fact]
    public async Task An_expired_certificate_says_what_to_do()
    {
        await using var hosts = await TwoHosts.StartAsync(Cancellation, used: "16M",
            configure: f => f.Environment["BACKUPFABRIC_Hosts__CertificateLifetime"] = "00:00:45");
        hosts.Fabric.Agent("HV1").Kill();
        var until = (await hosts.Fabric.HostsAsync(Cancellation)).Single(h => h.Name == "HV1").CertificateNotAfter;
        await hosts.Fabric.UntilAsync("the certificate ran out", () => Task.FromResult(TimeProvider.System.GetUtcNow() > until.AddSeconds(1)), Cancellation);
        var agent = hosts.Fabric.StartAgent("HV1");
        await hosts.Fabric.UntilAsync("the agent says so", () => Task.FromResult(agent.LogTail(50).Contains("certificate of this host expired", StringComparison.Ordinal)), Cancellation);
        Assert.Contains("bf host token", agent.LogTail(50), StringComparison.Ordinal);
        // Its neighbour renewed in time and is still at work.
        Assert.Contains(await hosts.Fabric.HostsAsync(Cancellation), h => h is { Name: "HV2", Status: "online" });
    }
}
