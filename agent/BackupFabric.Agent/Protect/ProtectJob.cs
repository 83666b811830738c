using System.Runtime.ExceptionServices;
using BackupFabric.Agent.Journal;
using BackupFabric.Agent.Orders;
using BackupFabric.Agent.Ports;
using BackupFabric.Protos.Bulk;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.Protect;

/// <summary>
/// Makes one recovery point: snapshot, transfer, commit, new baseline. A broken transfer is taken up again over the same snapshot; the server
/// finds what it has stored already. Once the point is committed the job has succeeded, whatever becomes of the baseline.
/// </summary>
internal sealed class ProtectJob(
    IHypervisor hypervisor,
    HostJournal journal,
    Func<BlockTransferClient> server,
    TransferLimits limits,
    TransferRetries retries,
    Random chance,
    TimeProvider time,
    ILogger<ProtectJob> log) : IJob
{
    public async Task<JobOutcome> RunAsync(WorkOrder order, JobMeter meter, CancellationToken cancellation)
    {
        meter.Phase = "snapshot";
        var (jobId, vmId) = (Guid.Parse(order.JobId), Guid.Parse(order.Protect.VmId));
        var request = new SnapshotRequest(jobId, vmId, order.Protect.Contract, order.Protect.Baseline);
        var started = time.GetUtcNow();
        await using var snapshot = await hypervisor.SnapshotAsync(request, journal, cancellation);
        var point = new PointInTheMaking(order, snapshot, meter, started, new SpanMemory(limits.RememberedEntries));
        try
        {
            await PlanAsync(point, cancellation);
            var pipeline = retries.Pipeline(time, (failure, delay) =>
            {
                point.HasBroken = true;
                log.TransferBroken(order.JobId, failure.ToProblem().Sentence, delay.TotalSeconds);
            });
            await pipeline.ExecuteAsync(async token => await PushAsync(point, token), cancellation);
        }
        catch (Exception failure) when (point.IsCommitted)
        {
            point.Found.Add(AgentProblems.BaselineNotKept(Outcomes.ProblemOf(failure).Sentence));
        }

        await DropObsoleteAsync(point, vmId);
        return Outcomes.Succeeded(order, meter, point.Warnings);
    }

    private static async Task PlanAsync(PointInTheMaking point, CancellationToken cancellation)
    {
        var baseline = point.Order.Protect.Baseline;
        foreach (var disk in point.Snapshot.Disks)
        {
            var known = DiskPlan.KnownOf(baseline, disk.DiskKey);
            var changed = known is null ? null : await disk.ChangedSinceAsync(known.ChangeTrackingId, cancellation);
            point.Plans.Add(DiskPlan.For(disk.DiskKey, disk.Length, baseline, await disk.AllocatedAsync(cancellation), changed));
        }

        point.Meter.SetDisks(point.Plans.Sum(p => p.Length), point.Plans.Sum(p => p.ChangedBytes));
    }

    private async Task PushAsync(PointInTheMaking point, CancellationToken cancellation)
    {
        while (true)
        {
            await using var push = await PushStream.OpenAsync(server(), point.Begin(), limits, cancellation);
            point.Opened();
            try
            {
                if (!await TransferAsync(point, push)) continue;
                await RebaseAsync(point, push, cancellation);
                await push.EndAsync();
                return;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested && push.Failure is { } failure)
            {
                ExceptionDispatchInfo.Throw(failure);
            }
        }
    }

    /// <summary>False when a disk turned out to need a full read, for which a new stream has to begin.</summary>
    private async Task<bool> TransferAsync(PointInTheMaking point, PushStream push)
    {
        if (push.Began.Committed is not null)
        {
            point.IsCommitted = true;
            return true;
        }

        point.Meter.Phase = "reading";
        var transfer = new Transfer(push, point.Snapshot.Disks, point.Memory, limits, point.Meter);
        try
        {
            if (!point.IsAudited && await transfer.AuditAsync(point.Plans, chance, push.Broken) is { Count: > 0 } liars)
            {
                foreach (var disk in liars) await ReadInFullAsync(point, disk, AgentProblems.ChangeTrackingLied, push.Broken);
                return false;
            }

            point.IsAudited = true;
            await transfer.SendAsync(point.Plans, push.Broken);
        }
        catch (LayoutUnreadableException unreadable)
        {
            await ReadInFullAsync(point, unreadable.Disk, (location, _) => AgentProblems.BaseUnreadable(location), push.Broken);
            return false;
        }

        point.Meter.Phase = "committing";
        point.CommitSent = true;
        await push.CommitAsync(point.Commit(), push.Broken);
        point.IsCommitted = true;
        var figures = point.Meter.Figures();
        log.PointCommitted(point.Order.JobId, point.Order.Protect.PointId, figures.ReadBytes, figures.SentBytes);
        return true;
    }

    private async Task ReadInFullAsync(PointInTheMaking point, int disk, Func<string, string, Problem> warning, CancellationToken cancellation)
    {
        var reader = point.Snapshot.Disks[disk];
        var problem = warning(reader.Location, reader.Path);
        log.DiskDistrusted(point.Order.JobId, problem.Sentence);
        point.Found.Add(problem);
        point.Plans[disk] = DiskPlan.Full(reader.DiskKey, reader.Length, await reader.AllocatedAsync(cancellation));
    }

    private static async Task RebaseAsync(PointInTheMaking point, PushStream push, CancellationToken cancellation)
    {
        // Another attempt's point was measured at another moment than this snapshot: taking this one for its baseline would lose what
        // the guest wrote in between. The next synchronization starts from the baseline before.
        if (!point.CommitSent) return;
        if (!point.BaselineAsked)
        {
            point.Meter.Phase = "merging";
            point.BaselineAsked = true;
            point.Baseline = await point.Snapshot.KeepAsBaselineAsync(Guid.Parse(point.Order.Protect.PointId), cancellation);
        }

        if (point.Baseline is null) return;
        var rebased = await push.RebaseAsync(new PushRebase { PointId = point.Order.Protect.PointId, Baseline = point.Baseline }, push.Broken);
        point.Obsolete.AddRange(rebased.ObsoleteReferencePoints);
        point.IsRebased = true;
    }

    // Not cancelled: the point is committed, and what is dropped now need not be found later.
    private async Task DropObsoleteAsync(PointInTheMaking point, Guid vmId)
    {
        if (!point.IsRebased) return;
        // The new reference point is the server's to keep now.
        foreach (var entry in journal.Entries.Where(e => e.JobId == point.JobId && e.Kind == JournalKind.ReferencePoint && e.At >= point.Started))
        {
            await journal.ForgetAsync(entry, CancellationToken.None);
        }

        foreach (var id in point.Obsolete)
        {
            try
            {
                await hypervisor.DestroyReferencePointAsync(vmId, id, CancellationToken.None);
            }
            catch (Exception failure)
            {
                point.Found.Add(AgentProblems.ReferencePointStays(id, Outcomes.ProblemOf(failure).Sentence));
            }
        }
    }
}
