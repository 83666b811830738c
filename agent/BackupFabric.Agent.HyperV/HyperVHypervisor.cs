using BackupFabric.Agent.HyperV.Checkpoints;
using BackupFabric.Agent.HyperV.CleanUp;
using BackupFabric.Agent.HyperV.Inventory;
using BackupFabric.Agent.HyperV.Recovery;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Ports;
using BackupFabric.Protos.V1;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.HyperV;

/// <summary>A stand-alone Hyper-V host, over the Windows seams: production checkpoints, change tracking with reference points, planned-VM import.</summary>
public sealed class HyperVHypervisor(HostSeams seams, HyperVOptions options, TimeProvider time, ILogger<HyperVHypervisor> logger) : IHypervisor
{
    private readonly HostServices _host = new(seams, options, time, logger);

    public string Description { get; } = $"Hyper-V {HostBuild.VersionOf(seams.OperatingSystem)}".TrimEnd();

    public string OperatingSystem => seams.OperatingSystem;

    public Task<HostInventory> InventoryAsync(CancellationToken cancellation) => HyperVProblems.GuardAsync(() =>
        new InventoryReader(_host.Seams, _host.Machines, _host.Tracking, _host.Active).ReadAsync(cancellation));

    public IAsyncEnumerable<HostChange> ChangesAsync(CancellationToken cancellation) =>
        new HostEvents(_host.Seams.Virtualization, _host.Machines, _host.Options, _host.Time, _host.Logger).ReadAsync(cancellation);

    public Task<ISnapshot> SnapshotAsync(SnapshotRequest request, IHostJournal journal, CancellationToken cancellation) =>
        HyperVProblems.GuardAsync(() => new SnapshotTaker(_host).TakeAsync(request, journal, cancellation));

    public Task CleanUpAsync(JournalEntry entry, CancellationToken cancellation) => HyperVProblems.GuardAsync(() => new HostCleanUp(_host).RunAsync(entry, cancellation));

    public Task DestroyReferencePointAsync(Guid vmId, string referencePointId, CancellationToken cancellation) =>
        HyperVProblems.GuardAsync(() => _host.Points.DestroyAsync(vmId, referencePointId, cancellation));

    public Task<IRecoveryTarget> RecoverAsync(RecoverOrder order, IHostJournal journal, CancellationToken cancellation) =>
        HyperVProblems.GuardAsync<IRecoveryTarget>(async () => await RecoveryTarget.OpenAsync(_host, order, journal, cancellation));
}
