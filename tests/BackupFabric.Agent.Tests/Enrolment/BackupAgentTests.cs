using BackupFabric.Agent.Control;
using BackupFabric.Agent.Enrolment;
using BackupFabric.Agent.Tests.TestKit;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.Tests.Enrolment;

public sealed class BackupAgentTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeAuthority _authority = new();
    private readonly MemoryHypervisor _hypervisor = new();
    private readonly RecordingLog _log = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_enrolled_agent_connects_with_its_certificate_protects_a_vm_and_leaves_nothing_behind_when_stopped()
    {
        await using var server = await EnrolledAsync();
        _hypervisor.Vm.AddDisk(8 << 20).WriteRandom(0, 1 << 20, seed: 1);
        Start();
        var talk = await server.Control.NextAsync();
        Assert.Equal(new IdentityStore(_folder.Path).Current!.Certificate.Thumbprint, Assert.Single(server.Control.CertificatesSeen));

        var job = Guid.NewGuid().ToString();
        talk.Tell(new AgentDown { Order = Order(job) });
        var outcome = await talk.NextAsync(m => m.Outcome);
        Assert.Equal((Ending.Succeeded, job), (outcome.Ending, outcome.JobId));
        Assert.Equal(_hypervisor.Vm.Disks[0].Content, server.Repository.Content(job, _hypervisor.Vm.Disks[0].Key));

        _hypervisor.OnRead = token => Task.Delay(Timeout.Infinite, token);
        talk.Tell(new AgentDown { Order = Order(Guid.NewGuid().ToString()) });
        await talk.NextAsync(m => m.Progress is { Phase: "reading" } progress ? progress : null);
        await _stop.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        Assert.Equal(["rp-1"], _hypervisor.OnHost);
    }

    [Fact]
    public async Task What_a_killed_agent_left_is_removed_at_the_next_start()
    {
        await using var server = await EnrolledAsync();
        var journal = new Agent.Journal.HostJournal(_folder.In("journal"), TimeProvider.System, _log.For<Agent.Journal.HostJournal>());
        await journal.RecordAsync(Guid.NewGuid(), Ports.JournalKind.Checkpoint, _hypervisor.Vm.Id, "checkpoint-of-the-dead", Cancel);
        _hypervisor.Put("checkpoint-of-the-dead");

        Start();
        await server.Control.NextAsync();

        Assert.Empty(_hypervisor.OnHost);
        Assert.Empty(Directory.GetFiles(_folder.In("journal")));
    }

    [Fact]
    public async Task A_certificate_is_renewed_in_time_and_the_new_one_is_kept_once_the_server_has_welcomed_it()
    {
        _authority.RenewAfter = TimeSpan.FromMilliseconds(200);
        await using var server = await EnrolledAsync();
        var first = new IdentityStore(_folder.Path).Current!.Certificate.Thumbprint;
        _authority.RenewAfter = TimeSpan.FromDays(20);
        Start();

        await _log.NextAsync("is the host's certificate now");

        var second = new IdentityStore(_folder.Path).Current!.Certificate.Thumbprint;
        Assert.NotEqual(first, second);
        Assert.Contains(second, server.Control.CertificatesSeen);
        Assert.False(File.Exists(_folder.In("identity.next.json")));
    }

    [Fact]
    public async Task A_renewed_certificate_that_the_server_refuses_gives_way_to_the_old_one()
    {
        _authority.RenewAfter = TimeSpan.FromMilliseconds(200);
        await using var server = await EnrolledAsync();
        var first = new IdentityStore(_folder.Path).Current!.Certificate.Thumbprint;
        Start();
        await server.Control.NextAsync();
        server.Control.Refusal = new RpcException(new Status(StatusCode.PermissionDenied, "Who are you?"));
        _authority.RenewAfter = TimeSpan.FromDays(20);

        await _log.NextAsync("the one before is used on");
        server.Control.Refusal = null;
        await server.Control.NextAsync();

        Assert.Equal(first, new IdentityStore(_folder.Path).Current!.Certificate.Thumbprint);
    }

    [Fact]
    public async Task A_host_that_is_not_enrolled_is_told_how_to_enrol()
    {
        var failure = await Assert.ThrowsAsync<ProblemException>(() => Agent().RunAsync(Cancel));
        Assert.Equal("not-enrolled", failure.Problem.Code);
        Assert.Contains("bf-agent enrol", failure.Problem.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_certificate_stops_the_start_with_a_sentence()
    {
        _authority.Life = TimeSpan.FromMinutes(-1);
        await using var server = await EnrolledAsync();
        var failure = await Assert.ThrowsAsync<ProblemException>(() => Agent().RunAsync(Cancel));
        Assert.Equal("certificate-expired", failure.Problem.Code);
    }

    [Fact]
    public async Task Two_agents_do_not_share_a_folder()
    {
        await using var server = await EnrolledAsync();
        Start();
        await server.Control.NextAsync();
        Assert.Equal("agent-running", (await Assert.ThrowsAsync<ProblemException>(() => Agent().RunAsync(Cancel))).Problem.Code);
    }

    [Fact]
    public async Task A_wrong_setting_stops_the_start_and_names_itself()
    {
        var options = new AgentOptions { DataFolder = _folder.Path, Transfer = new() { SpansInFlight = 0 } };
        var failure = await Assert.ThrowsAsync<ProblemException>(() => Agent(options).RunAsync(Cancel));
        Assert.Equal("setting-invalid", failure.Problem.Code);
        Assert.Contains("Transfer.SpansInFlight is 0", failure.Problem.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void The_settings_as_they_come_are_sound()
    {
        Assert.Empty(new AgentOptions { DataFolder = _folder.Path }.Objections());
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _log.Dispose();
        _authority.Dispose();
        _folder.Dispose();
    }

    private async Task<FakeServer> EnrolledAsync()
    {
        var server = await FakeServer.StartAsync(_authority);
        await new Enroller(TimeProvider.System).EnrolAsync(server.Address.ToString(), _authority.Token, "hv1", new IdentityStore(_folder.Path), Cancel);
        return server;
    }

    private void Start() => _running = Agent().RunAsync(_stop.Token);

    private BackupAgent Agent(AgentOptions? options = null) => new(
        options ?? new AgentOptions
        {
            DataFolder = _folder.Path,
            Control = new ControlSettings { FirstDelay = TimeSpan.FromMilliseconds(5), RefusedDelay = TimeSpan.FromMilliseconds(50), ProgressEvery = TimeSpan.FromMilliseconds(20) },
            Transfer = new() { AuditedPlaces = 0 },
        },
        _hypervisor,
        LoggerFactory.Create(logging => logging.AddProvider(_log)),
        TimeProvider.System);

    private WorkOrder Order(string job) => new()
    {
        JobId = job,
        Attempt = 1,
        Epoch = 1,
        Ticket = ByteString.CopyFromUtf8("ticket"),
        Protect = new ProtectOrder { VmId = _hypervisor.Vm.Id.ToString(), PointId = job },
    };
}
