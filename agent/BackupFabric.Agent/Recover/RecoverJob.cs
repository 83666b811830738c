using BackupFabric.Agent.Journal;
using BackupFabric.Agent.Orders;
using BackupFabric.Agent.Ports;
using BackupFabric.Agent.Protect;
using BackupFabric.Protos.Bulk;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.Recover;

/// <summary>
/// Makes a VM out of a recovery point. Until it is finished nothing of it counts: whatever ends the job early removes the target.
/// </summary>
internal sealed class RecoverJob(
    IHypervisor hypervisor,
    IHostJournal journal,
    Func<BlockTransferClient> server,
    TransferLimits limits,
    TransferRetries retries,
    TimeProvider time,
    ILogger<RecoverJob> log) : IJob
{
    public async Task<JobOutcome> RunAsync(WorkOrder order, JobMeter meter, CancellationToken cancellation)
    {
        meter.Phase = "preparing";
        meter.SetDisks(order.Recover.Disks.Sum(d => (long)d.Length), changedBytes: 0);
        meter.SetWork(order.Recover.Disks.Sum(d => (long)d.ContentBytes));
        await using var target = await hypervisor.RecoverAsync(order.Recover, new JobJournal(journal, Guid.Parse(order.JobId)), cancellation);

        meter.Phase = "writing";
        using var bench = new CpuBench(limits.Workers);
        var pulls = new ParallelOptions { MaxDegreeOfParallelism = limits.DisksAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(target.Disks, pulls, async (disk, token) => await FillAsync(order, disk, bench, meter, token));

        meter.Phase = "importing";
        var vm = await target.FinishAsync(cancellation);
        return Outcomes.Succeeded(order, meter, [], vm);
    }

    private async Task FillAsync(WorkOrder order, IRecoveryDisk disk, CpuBench bench, JobMeter meter, CancellationToken cancellation)
    {
        var pull = new DiskPull(order, disk, limits, bench, meter);
        var pipeline = retries.Pipeline(time, (failure, delay) =>
        {
            meter.Resumed();
            log.PullBroken(order.JobId, disk.DiskKey, failure.ToProblem().Sentence, delay.TotalSeconds);
        });
        await pipeline.ExecuteAsync(async token => await pull.RunAsync(server(), token), cancellation);
        await disk.FlushAsync(cancellation);
    }
}
