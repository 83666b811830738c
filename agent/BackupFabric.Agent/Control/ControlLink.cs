using BackupFabric.Agent.Connection;
using BackupFabric.Agent.Enrolment;
using BackupFabric.Agent.Orders;
using BackupFabric.Agent.Ports;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.Control;

/// <summary>Keeps the control stream up. Jobs do not notice when it is down.</summary>
internal sealed class ControlLink(
    ServerLink server,
    string hostName,
    IHypervisor hypervisor,
    OrderRunner orders,
    OutcomeShelf outcomes,
    ControlSettings settings,
    TimeProvider time,
    ILogger<ControlLink> log)
{
    private CancellationTokenSource? _session;

    /// <summary>Hears of welcomes and refusals.</summary>
    public CertificateRenewal? Renewal { get; set; }

    /// <summary>Ends the present connection in favour of a new one.</summary>
    public void Reconnect() => Volatile.Read(ref _session)?.Cancel();

    public async Task RunAsync(CancellationToken cancellation)
    {
        var pipeline = settings.Pipeline(time, (failure, delay) =>
        {
            var problem = ServerCalls.ProblemOf(failure, server.Server, server.Trust);
            log.ConnectionLost(problem.Code, problem.Sentence, problem.Advice, delay.TotalSeconds);
        });
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            await pipeline.ExecuteAsync(async token => await SessionAsync(token), cancellation);
        }
    }

    private async Task SessionAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Volatile.Write(ref _session, stop);
        var begun = time.GetUtcNow();
        try
        {
            using var session = new ControlSession(server.Control, hypervisor, orders, outcomes, settings, time, log, stop.Token);
            var welcome = await session.GreetAsync(hostName, stop.Token).WaitAsync(settings.AnswerPatience, time, stop.Token);
            Renewal?.Welcomed();
            log.Connected(server.Server, welcome.HostId);
            await session.RunAsync(welcome, stop.Token);
            throw new RpcException(new Status(StatusCode.Unavailable, "The server ended the conversation."));
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            // A renewed certificate asks for a new connection; one that is refused gives way to the one before.
            if (stop.IsCancellationRequested || (ServerCalls.IsRefusal(failure) && Renewal?.FallBack() == true)) return;
            // A connection that had held for a while starts the backoff anew; any other failure belongs to the pipeline.
            if (!ControlSettings.IsPassing(failure) || time.GetUtcNow() - begun < settings.ProvenAfter) throw;
            var problem = ServerCalls.ProblemOf(failure, server.Server, server.Trust);
            log.ConnectionLost(problem.Code, problem.Sentence, problem.Advice, 0);
        }
        finally
        {
            Volatile.Write(ref _session, null);
        }
    }
}
