using BackupFabric.Agent.Connection;
using BackupFabric.Agent.Control;
using BackupFabric.Agent.Orders;
using BackupFabric.Agent.Tests.TestKit;
using BackupFabric.Protos.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace BackupFabric.Agent.Tests.Control;

public sealed class ControlLinkTests : IAsyncDisposable
{
    private static readonly ControlSettings Settings = new()
    {
        FirstDelay = TimeSpan.FromMilliseconds(5),
        GreatestDelay = TimeSpan.FromMilliseconds(50),
        RefusedDelay = TimeSpan.FromMilliseconds(100),
        ProgressEvery = TimeSpan.FromMilliseconds(50),
        InventoryEvery = TimeSpan.FromSeconds(20),
        HintsGatheredFor = TimeSpan.FromMilliseconds(1),
    };

    private readonly TemporaryFolder _folder = new();
    private readonly MemoryHypervisor _hypervisor = new();
    private readonly ScriptedJob _job = new();
    private readonly RecordingLog _log = new();
    private readonly OutcomeShelf _outcomes;
    private readonly OrderRunner _orders;
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public ControlLinkTests()
    {
        _outcomes = new OutcomeShelf(_folder.In("outcomes"));
        _orders = new OrderRunner(
            _job, _job, _outcomes, new PlacementEpochs(_folder.In("placements.json")), new OrderLimits(), TimeProvider.System, _log.For<OrderRunner>());
        _hypervisor.Listed.Add(new VirtualMachine { VmId = "1", Name = "web" });
    }

    [Fact]
    public async Task The_agent_introduces_itself_and_tells_everything_then_only_what_changes()
    {
        await using var server = await FakeServer.StartAsync();
        Start(server.Link);

        var talk = await server.Control.NextAsync();
        Assert.Equal("hv1", talk.Hello.HostName);
        Assert.Equal(1u, talk.Hello.Protocol);
        Assert.Equal("memory", talk.Hello.Hypervisor);
        Assert.Contains(1u, talk.Hello.Codecs);
        Assert.Empty(talk.Hello.Active);
        var full = await talk.NextAsync(m => m.Inventory);
        Assert.True(full.Complete);
        Assert.Single(full.Vms);

        lock (_hypervisor.Listed) _hypervisor.Listed.Add(new VirtualMachine { VmId = "2", Name = "db" });
        _hypervisor.Hint();
        var delta = await talk.NextAsync(m => m.Inventory);
        Assert.False(delta.Complete);
        Assert.Equal("db", Assert.Single(delta.Vms).Name);

        talk.Tell(new AgentDown { InventoryWanted = new InventoryWanted() });
        Assert.True((await talk.NextAsync(m => m.Inventory)).Complete);
    }

    [Fact]
    public async Task An_outcome_is_told_again_after_each_reconnect_until_it_is_noted()
    {
        await using var server = await FakeServer.StartAsync();
        Start(server.Link);
        var talk = await server.Control.NextAsync();
        var order = Order();
        talk.Tell(new AgentDown { Order = order });
        (await _job.NextAsync()).End();
        Assert.Equal(order.JobId, (await talk.NextAsync(m => m.Outcome)).JobId);

        talk.HangUp();
        talk = await server.Control.NextAsync();
        Assert.Equal(order.JobId, Assert.Single(talk.Hello.Active).JobId);
        Assert.Equal(order.JobId, (await talk.NextAsync(m => m.Outcome)).JobId);
        talk.Tell(new AgentDown { Noted = new OutcomeNoted { JobId = order.JobId } });
        // A message told after it is heard after it was handled.
        talk.Tell(new AgentDown { InventoryWanted = new InventoryWanted() });
        await talk.NextAsync(m => m.Inventory is { Complete: true } told ? told : null);
        await talk.NextAsync(m => m.Pulse);

        talk.HangUp();
        talk = await server.Control.NextAsync();
        await talk.NextAsync(m => m.Outcome is null ? m.Pulse : throw new InvalidOperationException("A noted outcome was told again."));
        Assert.Empty(_outcomes.All);
    }

    [Fact]
    public async Task A_job_goes_on_while_the_stream_is_down_and_is_named_at_the_next_hello()
    {
        await using var server = await FakeServer.StartAsync();
        Start(server.Link);
        var talk = await server.Control.NextAsync();
        var order = Order();
        talk.Tell(new AgentDown { Order = order });
        var job = await _job.NextAsync();
        Assert.Equal(order.JobId, (await talk.NextAsync(m => m.Progress)).JobId);

        talk.HangUp();
        talk = await server.Control.NextAsync();
        Assert.Equal(new ActiveOrder { JobId = order.JobId, Attempt = 1 }, Assert.Single(talk.Hello.Active));
        Assert.False(job.Ended.IsCompleted);
        Assert.Contains(order.JobId, (await talk.NextAsync(m => m.Pulse is { JobIds.Count: > 0 } pulse ? pulse : null)).JobIds);

        talk.Tell(new AgentDown { Cancel = new CancelOrder { JobId = order.JobId, Reason = "no longer wanted" } });
        var outcome = await talk.NextAsync(m => m.Outcome);
        Assert.Equal(Ending.Cancelled, outcome.Ending);
        Assert.Contains("no longer wanted", outcome.Problem.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_the_server_abandons_at_the_welcome_is_stopped_without_an_outcome()
    {
        await using var server = await FakeServer.StartAsync();
        Start(server.Link);
        var talk = await server.Control.NextAsync();
        var order = Order();
        talk.Tell(new AgentDown { Order = order });
        var job = await _job.NextAsync();

        server.Control.Welcome.Abandon.Add(order.JobId);
        talk.HangUp();
        await server.Control.NextAsync();

        await job.Stopping;
        Assert.True(await _orders.StopAllAsync(TimeSpan.FromSeconds(10)));
        Assert.Empty(_outcomes.All);
    }

    [Fact]
    public async Task A_reference_point_that_the_server_gives_up_is_destroyed()
    {
        await using var server = await FakeServer.StartAsync();
        _hypervisor.Put("rp-9");
        Start(server.Link);
        var talk = await server.Control.NextAsync();
        talk.Tell(new AgentDown { RemoveBaseline = new RemoveBaseline { VmId = Guid.NewGuid().ToString(), ReferencePointId = "rp-9" } });
        await talk.NextAsync(m => m.Pulse is not null && _hypervisor.Destroyed.Count > 0 ? m.Pulse : null);
        Assert.Empty(_hypervisor.OnHost);
    }

    [Fact]
    public async Task A_revoked_host_says_so_clearly_and_keeps_trying_slowly()
    {
        await using var server = await FakeServer.StartAsync();
        server.Control.Refusal = new RpcException(new Status(StatusCode.PermissionDenied, "The host is revoked."));
        Start(server.Link);
        Assert.Contains("The host is revoked", await _log.NextAsync("No connection"), StringComparison.Ordinal);
        Assert.Contains("Next attempt in 0.1 s", await _log.NextAsync("No connection"), StringComparison.Ordinal);
        server.Control.Refusal = null;
        await server.Control.NextAsync();
    }

    [Theory]
    [InlineData(StatusCode.Cancelled)]
    [InlineData(StatusCode.Internal)]
    [InlineData(StatusCode.Unknown)]
    public async Task However_a_server_names_its_going_away_the_agent_comes_back(StatusCode status)
    {
        await using var server = await FakeServer.StartAsync();
        server.Control.Refusal = new RpcException(new Status(status, "Going down."));
        Start(server.Link);
        await _log.NextAsync("No connection");
        server.Control.Refusal = null;
        await server.Control.NextAsync();
    }

    [Fact]
    public async Task A_server_that_is_away_is_named_with_its_address_and_found_again_when_it_is_back()
    {
        Uri address;
        await using (var gone = await FakeServer.StartAsync()) address = gone.Address;
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(address);
        using var link = new ServerLink(address, channel, channel);
        Start(link);
        Assert.Contains(address.ToString(), await _log.NextAsync("server-unreachable"), StringComparison.Ordinal);

        await using var back = await FakeServer.StartAsync(port: address.Port);
        await back.Control.NextAsync();
    }

    [Fact]
    public async Task Progress_is_told_at_the_pace_of_the_setting_and_only_when_it_moves()
    {
        await using var server = await FakeServer.StartAsync();
        Start(server.Link);
        var talk = await server.Control.NextAsync();
        var order = Order();
        talk.Tell(new AgentDown { Order = order });
        await _job.NextAsync();
        await talk.NextAsync(m => m.Progress);

        var silent = 0;
        await talk.NextAsync(m => m.Progress is null ? m.Pulse is not null && ++silent == 5 ? m.Pulse : null : throw new InvalidOperationException("It has not moved."));
        var meter = Assert.Single(_orders.Running).Meter;
        for (var i = 0; i < 1000; i++) meter.Done(1);
        Assert.Equal(1000ul, (await talk.NextAsync(m => m.Progress is { DoneBytes: 1000 } progress ? progress : null)).DoneBytes);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _orders.StopAllAsync(TimeSpan.FromSeconds(10));
        _orders.Dispose();
        _stop.Dispose();
        _folder.Dispose();
    }

    private static WorkOrder Order() => new()
    {
        JobId = Guid.NewGuid().ToString(),
        Attempt = 1,
        Epoch = 1,
        Lease = Duration.FromTimeSpan(TimeSpan.FromMinutes(5)),
        Protect = new ProtectOrder { VmId = Guid.NewGuid().ToString(), PointId = Guid.NewGuid().ToString() },
    };

    private void Start(ServerLink link)
    {
        var control = new ControlLink(link, "hv1", _hypervisor, _orders, _outcomes, Settings, TimeProvider.System, _log.For<ControlLink>());
        _running = control.RunAsync(_stop.Token);
    }
}
