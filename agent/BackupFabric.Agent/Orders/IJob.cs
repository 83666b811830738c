using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.Orders;

/// <summary>What an order asks for, being done. Ends with an outcome; throws only when cancelled or for what it cannot name.</summary>
internal interface IJob
{
    Task<JobOutcome> RunAsync(WorkOrder order, JobMeter meter, CancellationToken cancellation);
}
