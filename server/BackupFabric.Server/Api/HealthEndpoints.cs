using System.Reflection;
using BackupFabric.BlockStore;
using BackupFabric.Protos.Rest;
using BackupFabric.Protos.V1;
using BackupFabric.Server.Catalog;
using BackupFabric.Server.Start;
using Microsoft.EntityFrameworkCore;

namespace BackupFabric.Server.Api;

internal static class HealthEndpoints
{
    public static string Version { get; } =
        typeof(HealthEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public static void MapHealth(this IEndpointRouteBuilder routes) =>
        routes.MapGet(Routes.Health, CheckAsync)
            .AllowAnonymous()
            .WithTags("Health").WithName("GetHealth").WithSummary("Whether catalog, repository and disk space are in order")
            .Produces<ProblemView>(StatusCodes.Status503ServiceUnavailable, "application/problem+json");

    private static async Task<HealthView> CheckAsync(
        IDbContextFactory<CatalogContext> catalog, Repository repository, ServerSettings server, TimeProvider time, CancellationToken cancellation)
    {
        await CheckCatalogAsync(catalog, cancellation);
        var free = repository.Usage().FreeBytes;
        if (free < server.FreeBytesWarning) throw Unhealthy($"The repository's volume has only {free >> 20} MiB free.", "Add space or remove recovery points.").Because();
        return new HealthView("healthy", Version, time.GetUtcNow());
    }

    private static async Task CheckCatalogAsync(IDbContextFactory<CatalogContext> catalog, CancellationToken cancellation)
    {
        try
        {
            await using var context = await catalog.CreateDbContextAsync(cancellation);
            await context.Accounts.AnyAsync(cancellation);
        }
        catch (Exception failure) when (failure is System.Data.Common.DbException or InvalidOperationException)
        {
            throw Unhealthy("The catalog database does not answer.", "Look into the server's log for the reason.").Because(failure);
        }
    }

    private static Problem Unhealthy(string sentence, string advice) => new()
    {
        Code = "server-unhealthy",
        Sentence = sentence,
        Advice = advice,
        Retry = RetryClass.AfterOperatorActs,
    };
}
