using BackupFabric.Server.Start;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace BackupFabric.Server.Catalog;

/// <summary>
/// Brings the catalog to this version's shape before anything reads it. The steps are EF Core's own migrations, written by hand
/// (its design-time tools are not needed for that): it keeps the history table and orders the steps. The file is copied first.
/// </summary>
internal sealed partial class CatalogStart(IDbContextFactory<CatalogContext> catalog, AllSettings settings, TimeProvider time, ILogger<CatalogStart> log)
{
    public async Task OpenAsync(CancellationToken cancellation)
    {
        var path = CatalogSetup.PathOf(settings);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await using var context = await catalog.CreateDbContextAsync(cancellation);
            await MigrateAsync(context, path, cancellation);
            await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL;", cancellation);
            Protect(path);
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StartException(
                $"The catalog '{path}' cannot be opened: {failure.Message}",
                "Check the folder's rights and free space. If the file is damaged, move it away: points are found again in the repository; hosts and accounts have to be made anew, or bring back one of the copies beside it.",
                failure);
        }
    }

    private async Task MigrateAsync(CatalogContext context, string path, CancellationToken cancellation)
    {
        var applied = (await context.Database.GetAppliedMigrationsAsync(cancellation)).ToList();
        var known = context.Database.GetMigrations().ToList();
        if (applied.Except(known).FirstOrDefault() is { } newer)
        {
            throw new StartException(
                $"The catalog '{path}' was written by a newer server (step '{newer}').",
                "Start that version, or bring back the copy that it made before it changed the file (catalog.db.before-...).");
        }

        if (known.Count == applied.Count) return;
        if (applied.Count > 0)
        {
            Copy(path, applied[^1]);
            // The lock is EF's own, for several processes; this one owns the data folder, so whatever is there was left by a kill.
            await context.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\";", cancellation);
        }

        LogMigrating(known.Count - applied.Count, known[^1]);
        await context.Database.MigrateAsync(cancellation);
    }

    private void Copy(string path, string lastStep)
    {
        var copy = $"{path}.before-{time.GetUtcNow():yyyyMMdd-HHmmss}-{lastStep}";
        using (var source = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString()))
        using (var target = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = copy, Pooling = false }.ToString()))
        {
            source.Open();
            target.Open();
            // Not a file copy: what is still in the write-ahead log belongs to it.
            source.BackupDatabase(target);
        }

        Protect(copy);
        var folder = Path.GetDirectoryName(path)!;
        foreach (var old in Directory.GetFiles(folder, Path.GetFileName(path) + ".before-*").Order().SkipLast(settings.Database.CopiesKept)) File.Delete(old);
        LogCopied(copy);
    }

    private static void Protect(string path)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [LoggerMessage(LogLevel.Information, "The catalog takes {Steps} steps to '{Last}'.")]
    private partial void LogMigrating(int steps, string last);

    [LoggerMessage(LogLevel.Information, "The catalog was copied to {Copy} first.")]
    private partial void LogCopied(string copy);
}
