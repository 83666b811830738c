using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.Protect;

internal static partial class ProtectLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId}: the transfer broke and is taken up again in {Seconds:0.0} s. {Why}")]
    public static partial void TransferBroken(this ILogger log, string jobId, string why, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {JobId}: recovery point {PointId} is committed; {ReadBytes} bytes read, {SentBytes} bytes sent.")]
    public static partial void PointCommitted(this ILogger log, string jobId, string pointId, ulong readBytes, ulong sentBytes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId}: {Why}")]
    public static partial void DiskDistrusted(this ILogger log, string jobId, string why);
}
