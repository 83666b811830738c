using BackupFabric.Protos.V1;
using BackupFabric.Server.Jobs;

namespace BackupFabric.Server.Backups;

internal sealed class ProtectOrders(BaselineBook baselines) : IWorkOrderSource
{
    public JobKind Kind => JobKind.Backup;

    public async Task<Problem?> FillAsync(WorkOrder order, Job job, CancellationToken cancellation)
    {
        order.Protect = new ProtectOrder
        {
            VmId = job.VmId.ToString("D"),
            Contract = job.Contract,
            PointId = job.PointId.ToString("D"),
            Baseline = job.Full ? null : await baselines.OfAsync(job.VmId, cancellation),
        };
        return null;
    }
}
