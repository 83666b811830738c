using BackupFabric.Agent.Journal;
using BackupFabric.Agent.Orders;
using BackupFabric.Agent.Protect;
using BackupFabric.Agent.Recover;
using BackupFabric.Protos.V1;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFabric.Agent.Tests.TestKit;

/// <summary>One host with one VM, a server, and the engine between them.</summary>
internal sealed class ProtectedHost : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    private ProtectedHost(FakeServer server)
    {
        Server = server;
        Journal = new HostJournal(_folder.In("journal"), TimeProvider.System, NullLogger<HostJournal>.Instance);
    }

    public FakeServer Server { get; }

    public FakeRepository Repository => Server.Repository;

    public MemoryHypervisor Hypervisor { get; } = new();

    public HostJournal Journal { get; }

    public TransferLimits Limits { get; set; } = new() { Workers = 2, SpansInFlight = 4, AuditedPlaces = 0 };

    public JobMeter Meter { get; private set; } = new();

    public static async Task<ProtectedHost> StartAsync() => new(await FakeServer.StartAsync());

    public WorkOrder NextOrder(Guid? job = null)
    {
        var id = (job ?? Guid.NewGuid()).ToString();
        return new WorkOrder
        {
            JobId = id,
            Attempt = 1,
            Epoch = 1,
            Ticket = ByteString.CopyFromUtf8("ticket"),
            Protect = new ProtectOrder { VmId = Hypervisor.Vm.Id.ToString(), PointId = id, Baseline = Repository.Baseline },
        };
    }

    public Task<JobOutcome> SynchronizeAsync(CancellationToken cancellation = default) => RunAsync(NextOrder(), cancellation);

    public async Task<JobOutcome> RunAsync(WorkOrder order, CancellationToken cancellation = default)
    {
        Repository.Forget();
        foreach (var disk in Hypervisor.Vm.Disks) disk.BytesRead = 0;
        Meter = new JobMeter();
        return await Protect().RunAsync(order, Meter, cancellation).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    public async Task<JobOutcome> RecoverAsync(string pointId, CancellationToken cancellation = default)
    {
        var point = Repository.Points[pointId];
        var order = new WorkOrder { JobId = Guid.NewGuid().ToString(), Attempt = 1, Recover = new RecoverOrder { PointId = pointId, Name = "again" } };
        order.Recover.Disks.AddRange(point.Disks.Select(d => new RecoverDisk { DiskKey = d.Key, Length = (ulong)d.Value.Length }));
        Meter = new JobMeter();
        var job = new RecoverJob(Hypervisor, Journal, () => Server.Link.Transfer, Limits, Retries, TimeProvider.System, NullLogger<RecoverJob>.Instance);
        return await job.RunAsync(order, Meter, cancellation).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    public ProtectJob Protect() => new(
        Hypervisor, Journal, () => Server.Link.Transfer, Limits, Retries, new Random(1), TimeProvider.System, NullLogger<ProtectJob>.Instance);

    /// <summary>The point holds exactly what the guest had.</summary>
    public void AssertHolds(string pointId)
    {
        foreach (var disk in Hypervisor.Vm.Disks) Assert.True(disk.Content.SequenceEqual(Repository.Content(pointId, disk.Key)), "The point differs from the disk.");
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
    }

    private static TransferRetries Retries => new() { FirstDelay = TimeSpan.FromMilliseconds(1), GreatestDelay = TimeSpan.FromMilliseconds(20), BreaksMax = 20 };
}
