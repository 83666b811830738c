using BackupFabric.Agent.Ports;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.Journal;

internal static partial class JournalLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A journal entry cannot be read and was set aside as {Path}. Look at the host for a checkpoint named after this agent and remove it by hand.")]
    public static partial void EntrySetAside(this ILogger log, string path);

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed what job {JobId} left on the host: {Kind} of VM {VmId}.")]
    public static partial void LeftoverRemoved(this ILogger log, Guid jobId, JournalKind kind, Guid vmId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What job {JobId} left on the host ({Kind} of VM {VmId}) cannot be removed yet: {Reason} It is tried again.")]
    public static partial void LeftoverStays(this ILogger log, Guid jobId, JournalKind kind, Guid vmId, string reason);
}
