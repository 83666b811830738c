using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent;

internal static partial class BackupAgentLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Agent {Version} of host {Host} ({Hypervisor}) works for {Server}.")]
    public static partial void Started(this ILogger log, string version, string host, string hypervisor, Uri server);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopping; {Jobs} jobs are stopped and cleaned up.")]
    public static partial void Stopping(this ILogger log, int jobs);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not every job was cleaned up within {Seconds:0} s; the next start goes on with it.")]
    public static partial void StoppedUncleanly(this ILogger log, double seconds);
}
