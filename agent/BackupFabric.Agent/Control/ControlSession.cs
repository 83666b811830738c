using BackupFabric.Agent.Connection;
using BackupFabric.Agent.Orders;
using BackupFabric.Agent.Ports;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.Control;

/// <summary>One connection of the control stream, from hello until it breaks.</summary>
internal sealed class ControlSession : IDisposable
{
    private readonly AsyncDuplexStreamingCall<AgentUp, AgentDown> _call;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly IHypervisor _hypervisor;
    private readonly OrderRunner _orders;
    private readonly OutcomeShelf _outcomes;
    private readonly ControlSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly InventoryFeed _inventory;

    public ControlSession(
        AgentControl.AgentControlClient client,
        IHypervisor hypervisor,
        OrderRunner orders,
        OutcomeShelf outcomes,
        ControlSettings settings,
        TimeProvider time,
        ILogger log,
        CancellationToken cancellation)
    {
        (_hypervisor, _orders, _outcomes, _settings, _time, _log) = (hypervisor, orders, outcomes, settings, time, log);
        _call = client.Connect(cancellationToken: cancellation);
        _inventory = new InventoryFeed(hypervisor, settings, time, SendAsync, log);
    }

    public async Task<Welcome> GreetAsync(string hostName, CancellationToken cancellation)
    {
        var hello = new Hello
        {
            AgentVersion = AgentVersion.Text,
            Protocol = AgentVersion.Protocol,
            HostName = hostName,
            OperatingSystem = _hypervisor.OperatingSystem,
            Hypervisor = _hypervisor.Description,
            Clock = Timestamp.FromDateTimeOffset(_time.GetUtcNow()),
        };
        hello.Codecs.AddRange(Protect.BlockCodecs.Readable);
        hello.Active.AddRange(InHand());
        await SendAsync(new AgentUp { Hello = hello }, cancellation);

        if (!await _call.ResponseStream.MoveNext(cancellation) || _call.ResponseStream.Current.Welcome is not { } welcome)
            throw new RpcException(new Status(StatusCode.Unavailable, "The server ended the conversation before its welcome."));
        foreach (var job in welcome.Abandon) _orders.Stop(job, StopReason.Abandoned);
        return welcome;
    }

    /// <summary>Ends when the stream does; throws why, unless the server closed it in peace.</summary>
    public Task RunAsync(Welcome welcome, CancellationToken cancellation)
    {
        var pulse = welcome.PulseEvery?.ToTimeSpan() is { } told && told > TimeSpan.Zero ? told : _settings.PulseEvery;
        return TaskGroup.AnyAsync(
            [
                ListenAsync,
                token => EveryAsync(pulse, PulseAsync, token),
                token => EveryAsync(_settings.ProgressEvery, ProgressAsync, token),
                OutcomesAsync,
                _inventory.RunAsync,
                _inventory.ListenAsync,
            ],
            cancellation);
    }

    public void Dispose()
    {
        _call.Dispose();
        _writing.Dispose();
    }

    // A job whose outcome the server has not noted is in hand as well: otherwise the server would take it for lost and order it again.
    private IEnumerable<ActiveOrder> InHand() => _orders.Running.Select(r => new ActiveOrder { JobId = r.Order.JobId, Attempt = r.Order.Attempt })
        .Concat(_outcomes.All.Select(o => new ActiveOrder { JobId = o.JobId, Attempt = o.Attempt }))
        .Distinct();

    private async Task ListenAsync(CancellationToken cancellation)
    {
        while (await _call.ResponseStream.MoveNext(cancellation)) Handle(_call.ResponseStream.Current, cancellation);
    }

    private void Handle(AgentDown message, CancellationToken cancellation)
    {
        switch (message.BodyCase)
        {
            case AgentDown.BodyOneofCase.Order:
                _orders.Take(message.Order);
                break;
            case AgentDown.BodyOneofCase.Cancel:
                _orders.Stop(message.Cancel.JobId, StopReason.Cancelled, message.Cancel.Reason);
                break;
            case AgentDown.BodyOneofCase.Lease:
                _orders.Extend(message.Lease.JobIds, message.Lease.Lease);
                break;
            case AgentDown.BodyOneofCase.Noted:
                _outcomes.Noted(message.Noted.JobId);
                break;
            case AgentDown.BodyOneofCase.InventoryWanted:
                _inventory.TellAll();
                break;
            case AgentDown.BodyOneofCase.RemoveBaseline:
                _ = RemoveBaselineAsync(message.RemoveBaseline, cancellation);
                break;
            default:
                _log.MessageUnknown(message.BodyCase);
                break;
        }
    }

    private async Task PulseAsync(CancellationToken cancellation)
    {
        var pulse = new Pulse();
        pulse.JobIds.AddRange(_orders.Running.Select(r => r.Order.JobId));
        await SendAsync(new AgentUp { Pulse = pulse }, cancellation);
    }

    private async Task ProgressAsync(CancellationToken cancellation)
    {
        foreach (var running in _orders.Running)
        {
            if (running.TakeProgress() is { } progress) await SendAsync(new AgentUp { Progress = progress }, cancellation);
        }
    }

    private async Task OutcomesAsync(CancellationToken cancellation)
    {
        foreach (var outcome in _outcomes.All) await SendAsync(new AgentUp { Outcome = outcome }, cancellation);
        await foreach (var outcome in _outcomes.Fresh.ReadAllAsync(cancellation))
        {
            await SendAsync(new AgentUp { Outcome = outcome }, cancellation);
        }
    }

    private async Task RemoveBaselineAsync(RemoveBaseline baseline, CancellationToken cancellation)
    {
        try
        {
            await _hypervisor.DestroyReferencePointAsync(Guid.Parse(baseline.VmId), baseline.ReferencePointId, cancellation);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            _log.BaselineStays(baseline.ReferencePointId, failure.ToProblem().Sentence);
        }
        catch (OperationCanceledException)
        {
            // The server asks again for what it still knows of.
        }
    }

    private async Task EveryAsync(TimeSpan period, Func<CancellationToken, Task> act, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(period, _time);
        do await act(cancellation);
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    private async Task SendAsync(AgentUp message, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation);
        try
        {
            await _call.WriteAsync(message, cancellation);
        }
        finally
        {
            _writing.Release();
        }
    }
}
