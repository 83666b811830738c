using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.Enrolment;

internal static partial class EnrolmentLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "The server has certified this host anew, until {NotAfter:u}.")]
    public static partial void Renewed(this ILogger log, DateTimeOffset notAfter);

    [LoggerMessage(Level = LogLevel.Information, Message = "The renewed certificate works and is the host's certificate now.")]
    public static partial void RenewalProved(this ILogger log);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The server does not accept the renewed certificate; the one before is used on.")]
    public static partial void RenewalRefused(this ILogger log);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The host's certificate could not be renewed yet; it is valid until {NotAfter:u}. {Why}")]
    public static partial void RenewalFailed(this ILogger log, string why, DateTimeOffset notAfter);
}
