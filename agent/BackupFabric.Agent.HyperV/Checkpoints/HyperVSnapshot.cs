using BackupFabric.Agent.HyperV.Baselines;
using BackupFabric.Agent.HyperV.Reading;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Ports;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.HyperV.Checkpoints;

/// <summary>A recovery checkpoint in use.</summary>
internal sealed class HyperVSnapshot(
    HostServices host,
    IHostJournal journal,
    JournalEntry entry,
    MadeCheckpoint made,
    VmConfiguration configuration,
    IReadOnlyList<SnapshotDisk> disks,
    IReadOnlyList<KnownDisk> knownDisks,
    List<Problem> warnings,
    bool tracks) : ISnapshot
{
    private bool _closed;
    private bool _gone;

    private Guid VmId => made.Checkpoint.VmId;

    public Consistency Consistency => made.Consistency;

    public VmConfiguration Configuration => configuration;

    public IReadOnlyList<ISnapshotDisk> Disks => disks;

    /// <summary>Grows when the baseline cannot be kept.</summary>
    public IReadOnlyList<Problem> Warnings => warnings;

    public async Task<Baseline?> KeepAsBaselineAsync(Guid pointId, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        await CloseDisksAsync();
        if (!tracks)
        {
            await RemoveAsync();
            return null;
        }

        return await HyperVProblems.GuardAsync(() => ConvertAsync(pointId, cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        await CloseDisksAsync();
        if (!_gone)
        {
            try
            {
                await RemoveAsync();
            }
            catch (Exception e)
            {
                // The job's own ending matters more than this; the journal keeps the checkpoint for the clean-up.
                host.Logger.RemovalFailed(e, made.Checkpoint.InstanceId, VmId);
            }
        }

        host.Active.Leave(VmId);
    }

    /// <summary>
    /// The journal learns of the reference point before it is made; that entry is forgotten by whoever hands the baseline to the server.
    /// </summary>
    private async Task<Baseline?> ConvertAsync(Guid pointId, CancellationToken cancellation)
    {
        var known = (await host.Points.OfAsync(VmId, cancellation)).Select(ReferencePoints.IdOf).ToList();
        var pointEntry = await journal.RecordAsync(entry.JobId, JournalKind.ReferencePoint, VmId, JournalDetails.Text(new ReferencePointDetail(null, known)), cancellation);
        var (point, refusal) = await host.Keeper.ConvertAsync(VmId, made.Checkpoint.Settings, made.Step == LadderStep.ApplicationCheckpoint, known);
        if (point is null)
        {
            await RemoveAsync();
            await journal.ForgetAsync(pointEntry, CancellationToken.None);
            return NotKept(refusal);
        }

        var id = ReferencePoints.IdOf(point);
        pointEntry = await journal.AmendAsync(pointEntry, JournalDetails.Text(new ReferencePointDetail(id, known)), CancellationToken.None);
        _gone = true;
        await journal.ForgetAsync(entry, CancellationToken.None);

        if (await host.Keeper.DisksAsync(VmId, point, knownDisks, CancellationToken.None) is not { Count: > 0 } baselineDisks)
        {
            await host.Points.DestroyAsync(VmId, id, CancellationToken.None);
            await journal.ForgetAsync(pointEntry, CancellationToken.None);
            return NotKept("the reference point does not tell which disks it tracks");
        }

        CheckLevel(point);
        if (!await host.Merging.WaitAsync(VmId, cancellation)) host.Logger.MergeStillRunning(VmId, host.Options.MergeTimeLimit);
        return new Baseline { PointId = pointId.ToString("D"), ReferencePointId = id, Disks = { baselineDisks } };
    }

    /// <summary>The reference point says which level was really reached; earlier the host does not tell.</summary>
    private void CheckLevel(WmiObject point)
    {
        var level = point.Get<int>(Msvm_VirtualSystemReferencePoint.ConsistencyLevel);
        if (made.Step == LadderStep.ApplicationCheckpoint && level == (int)Msvm_VirtualSystemReferencePoint.ConsistencyLevelValue.CrashConsistent)
            warnings.Add(HyperVProblems.WeakerThanTold(configuration.Name));
    }

    private Baseline? NotKept(string reason)
    {
        host.Logger.BaselineRefused(VmId, reason);
        warnings.Add(HyperVProblems.BaselineNotKept(configuration.Name, reason));
        return null;
    }

    private async Task RemoveAsync()
    {
        await HyperVProblems.GuardAsync(() => host.Removal.RemoveAsync(VmId, made.Checkpoint.InstanceId, CancellationToken.None));
        _gone = true;
        await journal.ForgetAsync(entry, CancellationToken.None);
    }

    private async ValueTask CloseDisksAsync()
    {
        if (_closed) return;
        _closed = true;
        await SnapshotDisks.CloseAsync(disks);
    }
}
