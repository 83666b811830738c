using BackupFabric.Protos.V1;
using BackupFabric.Server.Api;
using BackupFabric.Server.Hosts;
using BackupFabric.Server.Jobs;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace BackupFabric.Server.Control;

/// <summary>One control stream from its hello to its end.</summary>
internal sealed partial class AgentSession(
    ConnectedHosts connected, HostJobs jobs, HostPresence presence, AgentMessages messages, JobSettings settings, TimeProvider time, ILogger<AgentSession> log)
{
    public const uint Protocol = 1;

    private static readonly TimeSpan HelloWithin = TimeSpan.FromSeconds(30);

    public async Task RunAsync(HostCall call, IAsyncStreamReader<AgentUp> up, IServerStreamWriter<AgentDown> down)
    {
        var hello = await HelloAsync(call, up);
        var link = new AgentLink(call.Host.Id, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(call.Ended, link.Closing);
        var pump = Task.CompletedTask;
        try
        {
            await WelcomeAsync(call.Host, link, hello, call.Ended);
            pump = link.PumpAsync(down, ended.Token);
            while (await up.MoveNext(ended.Token)) await messages.TakeAsync(link, call.Host, up.Current, call.Ended);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or RpcException || ended.IsCancellationRequested)
        {
            // Once the call is over, reading from it fails in more than one way, and none of them is news.
            LogEnded(call.Host.Name, failure.Message);
            if (call.EndedBecause() is { } because) throw because;
            if (link.ClosedBecause is { } closed) throw closed.Because();
        }
        finally
        {
            await LeaveAsync(call.Host, link, pump);
        }
    }

    private static async Task<Hello> HelloAsync(HostCall call, IAsyncStreamReader<AgentUp> up)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(call.Ended);
        patience.CancelAfter(HelloWithin);
        try
        {
            if (!await up.MoveNext(patience.Token) || up.Current.BodyCase != AgentUp.BodyOneofCase.Hello)
                throw ControlProblems.HelloMissing().Because();
        }
        catch (Exception failure) when (failure is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            throw call.EndedBecause() ?? ControlProblems.HelloMissing().Because();
        }

        var hello = up.Current.Hello;
        return hello.Protocol == Protocol ? hello : throw ControlProblems.ProtocolNotSupported(hello.Protocol).Because();
    }

    private async Task WelcomeAsync(HostIdentity host, AgentLink link, Hello hello, CancellationToken cancellation)
    {
        // The older stream of this host ends before its successor is welcomed: one agent, one view of its jobs.
        connected.Drop(host.Id, ControlProblems.Replaced());
        await presence.ConnectedAsync(host.Id, hello, cancellation);
        var (plan, cancelled) = await jobs.ReconcileAsync(host.Id, hello.Active, cancellation);
        var welcome = new Welcome
        {
            HostId = host.Id.ToString("D"),
            PulseEvery = settings.PulseEvery.ToDuration(),
            CertificateNotAfter = host.CertificateNotAfter.ToTimestamp(),
        };
        welcome.Abandon.AddRange(plan.Abandon.Select(id => id.ToString("D")));
        link.TryPost(new AgentDown { Welcome = welcome });
        if (plan.Resume.Count > 0) link.TryPost(LeaseFor(plan.Resume.Select(claim => claim.JobId)));
        foreach (var jobId in cancelled)
            link.TryPost(new AgentDown { Cancel = new CancelOrder { JobId = jobId.ToString("D"), Reason = "cancelled by an operator" } });
        connected.Attach(link);
        messages.Wake();
        LogConnected(host.Name, hello.AgentVersion, hello.Hypervisor, plan.Resume.Count, plan.Abandon.Count, plan.Lost.Count);
    }

    private AgentDown LeaseFor(IEnumerable<Guid> jobIds)
    {
        var grant = new LeaseGrant { Lease = settings.Lease.ToDuration() };
        grant.JobIds.AddRange(jobIds.Select(id => id.ToString("D")));
        return new AgentDown { Lease = grant };
    }

    private async Task LeaveAsync(HostIdentity host, AgentLink link, Task pump)
    {
        var wasCurrent = connected.Detach(link);
        link.Close(ControlProblems.Stopping());
        try
        {
            await pump;
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or InvalidOperationException or RpcException)
        {
            // The stream is gone; what was not delivered is told anew when the agent is back.
            LogEnded(host.Name, failure.Message);
        }

        link.Dispose();
        if (!wasCurrent) return;
        // The call is over, but what it means to jobs has to be written down all the same.
        await presence.LeftAsync(host.Id, CancellationToken.None);
        await jobs.LoseAllAsync(host.Id, CancellationToken.None);
    }

    [LoggerMessage(LogLevel.Information, "Host '{Host}' connected (agent {AgentVersion}, {Hypervisor}): {Resumed} jobs go on, {Abandoned} are abandoned, {Lost} were lost.")]
    private partial void LogConnected(string host, string agentVersion, string hypervisor, int resumed, int abandoned, int lost);

    [LoggerMessage(LogLevel.Information, "The control stream of host '{Host}' ended: {Why}")]
    private partial void LogEnded(string host, string why);
}
