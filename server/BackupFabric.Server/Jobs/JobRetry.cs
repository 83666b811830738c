using BackupFabric.Protos.V1;

namespace BackupFabric.Server.Jobs;

/// <summary>
/// When a failed job is tried again. Unlike the retries inside one process (see <see cref="Catalog.CatalogRetry"/>), this one
/// outlives restarts: the count and the next time lie in the job's row, and this function only decides.
/// </summary>
internal static class JobRetry
{
    /// <summary>The delay before the next try, or null when trying again is useless or was done often enough.</summary>
    /// <param name="chance">From 0 to 1: spreads the delay over half to one and a half, so that jobs do not return in step.</param>
    public static TimeSpan? DelayFor(RetryClass retry, int retriesSoFar, JobSettings settings, double chance)
    {
        if (retriesSoFar >= settings.RetriesMax) return null;
        TimeSpan? first = retry switch
        {
            RetryClass.Soon => settings.SoonDelay,
            RetryClass.Later => settings.LaterDelay,
            _ => null,
        };
        if (first is not { } delay) return null;
        var grown = delay.TotalSeconds * Math.Pow(2, retriesSoFar) * (0.5 + chance);
        return TimeSpan.FromSeconds(Math.Min(grown, settings.DelayMax.TotalSeconds));
    }
}
