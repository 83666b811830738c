using BackupFabric.Agent.Ports;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.Tests.TestKit;

internal sealed class MemorySnapshot(MemoryHypervisor host, IHostJournal journal, JournalEntry entry, List<MemorySnapshotDisk> disks) : ISnapshot
{
    private bool _gone;

    public Consistency Consistency => Consistency.Application;

    public VmConfiguration Configuration { get; } = new() { VmId = host.Vm.Id.ToString(), Name = "vm" };

    public IReadOnlyList<ISnapshotDisk> Disks => disks;

    public IReadOnlyList<Problem> Warnings => [];

    public async Task<Baseline?> KeepAsBaselineAsync(Guid pointId, CancellationToken cancellation)
    {
        if (host.KeepFails is { } failure) throw failure;
        var id = host.NewReferencePoint();
        await journal.RecordAsync(entry.JobId, JournalKind.ReferencePoint, entry.VmId, id, cancellation);
        host.Put(id);
        await RemoveAsync();
        var baseline = new Baseline { PointId = pointId.ToString(), ReferencePointId = id };
        baseline.Disks.AddRange(disks.Select(d => new DiskBaseline { DiskKey = d.DiskKey, Length = (ulong)d.Length, ChangeTrackingId = d.ChangeTrackingId }));
        return baseline;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_gone) await RemoveAsync();
    }

    private async Task RemoveAsync()
    {
        _gone = true;
        foreach (var disk in disks) disk.Close();
        host.Remove(entry.Detail);
        await journal.ForgetAsync(entry, CancellationToken.None);
    }
}
