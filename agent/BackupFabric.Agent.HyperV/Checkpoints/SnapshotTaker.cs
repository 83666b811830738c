using BackupFabric.Agent.HyperV.Baselines;
using BackupFabric.Agent.HyperV.Inventory;
using BackupFabric.Agent.HyperV.Reading;
using BackupFabric.Agent.Ports;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.HyperV.Checkpoints;

/// <summary>Takes a snapshot: gates, the ladder, the journal around it, the disks and the configuration.</summary>
internal sealed class SnapshotTaker(HostServices host)
{
    public async Task<ISnapshot> TakeAsync(SnapshotRequest request, IHostJournal journal, CancellationToken cancellation)
    {
        var vm = await host.Machines.FindAsync(request.VmId, cancellation) ?? throw HyperVProblems.VmNotHere(request.VmId, host.Seams.HostName);
        if (vm.Operation is { } operation) throw HyperVProblems.VmBusy(vm.Name, HostVm.Words(operation));
        if (ReplicaGate.MustWait(vm)) throw HyperVProblems.VmBusy(vm.Name, "Hyper-V Replica is working on it (conflicting operation)");
        if (!host.Active.TryEnter(vm.Id)) throw HyperVProblems.VmBusy(vm.Name, "another backup of it is running on this host");
        try
        {
            return await TakeOnceAsync(vm, request, journal, cancellation);
        }
        catch
        {
            host.Active.Leave(vm.Id);
            throw;
        }
    }

    private async Task<ISnapshot> TakeOnceAsync(HostVm vm, SnapshotRequest request, IHostJournal journal, CancellationToken cancellation)
    {
        var known = await ClearLeftoversAsync(vm, cancellation);
        var detail = new CheckpointDetail(null, known, host.Folders.For(request.JobId));
        var entry = await journal.RecordAsync(request.JobId, JournalKind.Checkpoint, vm.Id, JournalDetails.Text(detail), cancellation);
        var warnings = new List<Problem>();
        var made = await new LadderClimb(host).MakeAsync(vm, request.Contract, known, warnings, ForgetAsync);
        entry = await journal.AmendAsync(entry, JournalDetails.Text(detail with { InstanceId = made.Checkpoint.InstanceId }), CancellationToken.None);

        var disks = new List<SnapshotDisk>();
        try
        {
            cancellation.ThrowIfCancellationRequested();
            await host.Maker.LabelAsync(made.Checkpoint, request.JobId, cancellation);
            var tracks = await host.Tracking.OfAsync(vm, cancellation);
            var storage = await AttachedStorage.OfAsync(host.Seams.Virtualization, made.Checkpoint.Settings, cancellation);
            disks = await SnapshotDisks.OpenAsync(host.Seams, vm, storage, tracks, request.Baseline, warnings, host.Logger, cancellation);
            var configuration = await host.Capture.TakeAsync(vm, made.Checkpoint, storage, disks, detail.WorkFolder, cancellation);
            var knownDisks = await KnownAsync(vm, disks, cancellation);
            host.Logger.CheckpointMade(vm.Name, made.Checkpoint.InstanceId, made.Consistency);
            return new HyperVSnapshot(host, journal, entry, made, configuration, disks, knownDisks, warnings, tracks);
        }
        catch
        {
            await SnapshotDisks.CloseAsync(disks);
            await AbandonAsync(journal, entry, vm.Id, made.Checkpoint.InstanceId);
            throw;
        }

        ValueTask ForgetAsync() => journal.ForgetAsync(entry, CancellationToken.None);
    }

    /// <summary>Removes what an earlier run left on this VM, and gives the checkpoints that stay: other products', which are not ours to touch.</summary>
    private async Task<IReadOnlyList<string>> ClearLeftoversAsync(HostVm vm, CancellationToken cancellation)
    {
        var others = new List<string>();
        foreach (var checkpoint in await host.Machines.RecoveryCheckpointsAsync(vm.Id, cancellation))
        {
            if (!checkpoint.Ours)
            {
                others.Add(checkpoint.InstanceId);
                continue;
            }

            host.Logger.RemovingLeftover(checkpoint.InstanceId, vm.Id);
            await host.Removal.RemoveAsync(vm.Id, checkpoint.InstanceId, cancellation);
        }

        return others;
    }

    // The live settings' ids as well: after the conversion the reference point names those.
    private async Task<IReadOnlyList<KnownDisk>> KnownAsync(HostVm vm, List<SnapshotDisk> disks, CancellationToken cancellation)
    {
        var live = await host.Machines.FindAsync(vm.Id, cancellation) is { } now
            ? (await AttachedStorage.OfAsync(host.Seams.Virtualization, now.Settings, cancellation)).Disks : [];
        return [.. disks.Select(d => new KnownDisk(d.DiskKey, d.Length,
            [d.Attached.InstanceId, .. live.Where(l => l.Location == d.Location).Select(l => l.InstanceId)]))];
    }

    /// <summary>The failure that led here is what the operator must see; a checkpoint that cannot be removed now stays in the journal.</summary>
    private async Task AbandonAsync(IHostJournal journal, JournalEntry entry, Guid vmId, string instanceId)
    {
        try
        {
            await host.Removal.RemoveAsync(vmId, instanceId, CancellationToken.None);
            await journal.ForgetAsync(entry, CancellationToken.None);
        }
        catch (Exception e)
        {
            host.Logger.RemovalFailed(e, instanceId, vmId);
        }
    }
}
