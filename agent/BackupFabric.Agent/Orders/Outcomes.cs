using BackupFabric.Disks;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.Orders;

/// <summary>How an order ended, in the words of the protocol.</summary>
internal static class Outcomes
{
    public static JobOutcome Succeeded(WorkOrder order, JobMeter meter, IEnumerable<Problem> warnings, Guid? recoveredVm = null)
    {
        var outcome = Of(order, meter, Ending.Succeeded);
        outcome.Warnings.AddRange(warnings);
        outcome.RecoveredVmId = recoveredVm?.ToString() ?? string.Empty;
        return outcome;
    }

    public static JobOutcome Failed(WorkOrder order, JobMeter meter, Problem problem)
    {
        var outcome = Of(order, meter, Ending.Failed);
        outcome.Problem = problem;
        return outcome;
    }

    public static JobOutcome Cancelled(WorkOrder order, JobMeter meter) => Of(order, meter, Ending.Cancelled);

    /// <summary>A problem for whatever ended a job; disk images and full disks have their own words.</summary>
    public static Problem ProblemOf(Exception failure) => failure switch
    {
        DiskImageException image => new Problem { Code = image.Code, Sentence = image.Message, Advice = image.Advice, Retry = RetryClass.AfterOperatorActs },
        IOException full when IsDiskFull(full) => AgentProblems.DiskFull(full.Message),
        IOException io => AgentProblems.HostInputOutput(io.Message),
        _ => failure.ToProblem(),
    };

    private static JobOutcome Of(WorkOrder order, JobMeter meter, Ending ending) =>
        new() { JobId = order.JobId, Attempt = order.Attempt, Ending = ending, Figures = meter.Figures() };

    private static bool IsDiskFull(IOException failure)
    {
        const int errorDiskFull = unchecked((int)0x80070070);
        const int errorHandleDiskFull = unchecked((int)0x80070027);
        const int noSpaceUnix = 28;
        return failure.HResult is errorDiskFull or errorHandleDiskFull or noSpaceUnix;
    }
}
