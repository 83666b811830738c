using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.Recover;

internal static partial class RecoverLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId}: the transfer of disk {DiskKey} broke and is taken up again in {Seconds:0.0} s. {Why}")]
    public static partial void PullBroken(this ILogger log, string jobId, string diskKey, string why, double seconds);
}
