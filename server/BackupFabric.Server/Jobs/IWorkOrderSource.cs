using BackupFabric.Protos.V1;

namespace BackupFabric.Server.Jobs;

/// <summary>Writes the task of a work order; one for each kind of job.</summary>
internal interface IWorkOrderSource
{
    JobKind Kind { get; }

    /// <summary>Fills the order's task, or says why the job cannot be done any more.</summary>
    Task<Problem?> FillAsync(WorkOrder order, Job job, CancellationToken cancellation);
}
