using BackupFabric.Server.Start;

namespace BackupFabric.Server.Authority;

/// <summary>Looks every hour whether the server's certificate is due, or the given one was replaced.</summary>
internal sealed partial class CertificateRenewal(ServerCertificate certificate, TimeProvider time, ILogger<CertificateRenewal> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) TryRefresh();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private void TryRefresh()
    {
        try
        {
            certificate.Refresh();
        }
        catch (Exception failure) when (failure is StartException or IOException or UnauthorizedAccessException)
        {
            // The certificate in use goes on serving until it expires.
            LogNotRenewed(failure);
        }
    }

    [LoggerMessage(LogLevel.Error, "The server certificate could not be renewed; it is tried again in an hour.")]
    private partial void LogNotRenewed(Exception failure);
}
