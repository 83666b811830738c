using BackupFabric.Protos.V1;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.Control;

internal static partial class ControlLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Connected to {Server} as host {HostId}.")]
    public static partial void Connected(this ILogger log, Uri server, string hostId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No connection to the server ({Code}): {Sentence} {Advice} Next attempt in {Seconds:0.0} s.")]
    public static partial void ConnectionLost(this ILogger log, string code, string sentence, string advice, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The host's VMs cannot be listed: {Why}")]
    public static partial void InventoryFailed(this ILogger log, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The hypervisor gives no hints of changes: {Why}")]
    public static partial void HintsLost(this ILogger log, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The reference point {Id} cannot be removed: {Why}")]
    public static partial void BaselineStays(this ILogger log, string id, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The server sent a message that this version does not know ({Kind}).")]
    public static partial void MessageUnknown(this ILogger log, AgentDown.BodyOneofCase kind);
}
