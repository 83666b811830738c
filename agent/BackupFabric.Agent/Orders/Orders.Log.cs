using BackupFabric.Protos.V1;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.Orders;

internal static partial class OrdersLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Job {JobId}: order taken (attempt {Attempt}, {Task}).")]
    public static partial void OrderTaken(this ILogger log, string jobId, uint attempt, WorkOrder.TaskOneofCase task);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId}: order refused (attempt {Attempt}). {Why}")]
    public static partial void OrderRefused(this ILogger log, string jobId, uint attempt, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {JobId}: being stopped ({Reason}). {Text}")]
    public static partial void OrderStopped(this ILogger log, string jobId, StopReason reason, string text);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId} failed ({Code}): {Why}")]
    public static partial void JobFailed(this ILogger log, string jobId, string code, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {JobId} failed ({Code}): {Why}")]
    public static partial void JobFailedUnexpectedly(this ILogger log, Exception failure, string jobId, string code, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {JobId} ended: {Ending}.")]
    public static partial void JobEnded(this ILogger log, string jobId, Ending ending);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {JobId}: its outcome cannot be kept: {Why}")]
    public static partial void OutcomeLost(this ILogger log, string jobId, string why);
}
