using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Polly;
using Polly.Retry;

namespace BackupFabric.Server.Catalog;

/// <summary>
/// The pipeline <c>catalog</c>: a change that lost against another writer, or found the database busy, is read, decided and saved
/// anew. Whoever uses it hands in the whole decision, not just the saving.
/// </summary>
internal static class CatalogRetry
{
    public const string Pipeline = "catalog";

    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;

    public static IServiceCollection AddCatalogRetry(this IServiceCollection services, CatalogSettings settings) =>
        services.AddSingleton(provider => new ResiliencePipelineBuilder { Name = Pipeline, TimeProvider = provider.GetRequiredService<TimeProvider>() }
            .AddRetry(new RetryStrategyOptions
            {
                Name = Pipeline,
                MaxRetryAttempts = settings.RetriesMax,
                Delay = settings.RetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = new PredicateBuilder().Handle<Exception>(Passes),
            })
            .Build());

    private static bool Passes(Exception failure) => failure switch
    {
        DbUpdateConcurrencyException => true,
        DbUpdateException { InnerException: SqliteException inner } => inner.SqliteErrorCode is SqliteBusy or SqliteLocked,
        SqliteException sqlite => sqlite.SqliteErrorCode is SqliteBusy or SqliteLocked,
        _ => false,
    };
}
