using BackupFabric.Agent.Connection;
using BackupFabric.Agent.Control;
using BackupFabric.Agent.Enrolment;
using BackupFabric.Agent.Journal;
using BackupFabric.Agent.Orders;
using BackupFabric.Agent.Ports;
using BackupFabric.Agent.Protect;
using BackupFabric.Agent.Recover;
using BackupFabric.Protos.Problems;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent;

/// <summary>The agent of one host, put together.</summary>
public sealed class BackupAgent(AgentOptions options, IHypervisor hypervisor, ILoggerFactory logs, TimeProvider time)
{
    private readonly ILogger _log = logs.CreateLogger<BackupAgent>();

    /// <summary>Called once the agent is ready to be asked for work.</summary>
    public Action? Ready { get; init; }

    /// <summary>
    /// Works until cancelled; then stops running jobs, cleans up and returns. Throws <see cref="ProblemException"/> when it cannot start:
    /// setting-invalid, agent-running, not-enrolled, identity-damaged, certificate-expired.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (options.Objections().FirstOrDefault() is { } objection) throw objection.Thrown();
        DurableFile.CreateFolder(options.DataFolder);
        using var held = DataFolderLock.Take(options.DataFolder);
        var store = new IdentityStore(options.DataFolder);
        var identity = store.Current ?? throw AgentProblems.NotEnrolled(options.DataFolder).Thrown();
        if (identity.NotAfter <= time.GetUtcNow()) throw AgentProblems.CertificateExpired(identity.NotAfter).Thrown();

        using var server = new ServerLink(identity);
        await RunAsync(store, identity, server, cancellation);
    }

    private async Task RunAsync(IdentityStore store, AgentIdentity identity, ServerLink server, CancellationToken cancellation)
    {
        var journal = new HostJournal(Path.Combine(options.DataFolder, "journal"), time, logs.CreateLogger<HostJournal>());
        var outcomes = new OutcomeShelf(Path.Combine(options.DataFolder, "outcomes"));
        using var orders = Orders(journal, outcomes, server);
        var sweeper = new LeftoverSweeper(journal, hypervisor, orders.IsActive, logs.CreateLogger<LeftoverSweeper>());
        var control = new ControlLink(
            server, identity.HostName, hypervisor, orders, outcomes, options.Control, time, logs.CreateLogger<ControlLink>());
        var renewal = new CertificateRenewal(
            store, server, control.Reconnect, options.Renewal, Random.Shared, time, logs.CreateLogger<CertificateRenewal>());
        control.Renewal = renewal;
        if (renewal.TakeUp() is { } next) server.Use(identity = next);

        _log.Started(AgentVersion.Text, identity.HostName, hypervisor.Description, identity.Server);
        try
        {
            // What a crash left on the host is dealt with before anything new is made there; a merge that takes its time holds nobody up.
            var firstSweep = sweeper.SweepAsync(cancellation);
            await Task.WhenAny(firstSweep, Task.Delay(options.FirstSweepWithin, time, cancellation));
            Ready?.Invoke();
            await TaskGroup.AllAsync(
                [
                    control.RunAsync,
                    token => renewal.RunAsync(identity, token),
                    token => sweeper.RunAsync(firstSweep, options.SweepEvery, time, token),
                    token => WatchLeasesAsync(orders, token),
                ],
                cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            _log.Stopping(orders.Running.Count);
        }
        finally
        {
            if (!await orders.StopAllAsync(options.StopWithin)) _log.StoppedUncleanly(options.StopWithin.TotalSeconds);
        }
    }

    private OrderRunner Orders(HostJournal journal, OutcomeShelf outcomes, ServerLink server)
    {
        var protect = new ProtectJob(
            hypervisor, journal, () => server.Transfer, options.Transfer, options.Retries, Random.Shared, time, logs.CreateLogger<ProtectJob>());
        var recover = new RecoverJob(
            hypervisor, journal, () => server.Transfer, options.Transfer, options.Retries, time, logs.CreateLogger<RecoverJob>());
        var epochs = new PlacementEpochs(Path.Combine(options.DataFolder, "placements.json"));
        return new OrderRunner(protect, recover, outcomes, epochs, options.Orders, time, logs.CreateLogger<OrderRunner>());
    }

    private async Task WatchLeasesAsync(OrderRunner orders, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(options.LeasesCheckedEvery, time);
        while (await timer.WaitForNextTickAsync(cancellation)) orders.StopForgotten();
    }
}
