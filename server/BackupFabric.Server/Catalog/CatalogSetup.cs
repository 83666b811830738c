using BackupFabric.Server.Start;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace BackupFabric.Server.Catalog;

internal static class CatalogSetup
{
    public static IServiceCollection AddCatalog(this IServiceCollection services, AllSettings settings)
    {
        services.AddCatalogRetry(settings.Database);
        services.AddDbContextFactory<CatalogContext>(options => Use(options, PathOf(settings), settings.Database.BusyTimeout));
        services.AddSingleton<CatalogStart>();
        return services;
    }

    public static string PathOf(AllSettings settings) =>
        settings.Database.Path is { Length: > 0 } path ? Path.GetFullPath(path) : Path.Combine(settings.Server.DataFolder, "catalog.db");

    /// <summary>Closes what the pool still holds open, so that the file may be moved or replaced once the server is down.</summary>
    public static void Release(AllSettings settings)
    {
        using var connection = new SqliteConnection(ConnectionTo(PathOf(settings), settings.Database.BusyTimeout));
        SqliteConnection.ClearPool(connection);
    }

    public static DbContextOptionsBuilder Use(DbContextOptionsBuilder options, string path, TimeSpan busyTimeout) =>
        options.UseSqlite(ConnectionTo(path, busyTimeout))
            // Migrations are written by hand and there is no model snapshot to compare with; a test holds model and migrations together.
            .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning));

    private static string ConnectionTo(string path, TimeSpan busyTimeout) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        ForeignKeys = true,
        DefaultTimeout = (int)Math.Ceiling(busyTimeout.TotalSeconds),
    }.ToString();
}
