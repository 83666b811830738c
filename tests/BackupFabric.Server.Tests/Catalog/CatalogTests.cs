using BackupFabric.Server.Catalog;
using BackupFabric.Server.Placements;
using BackupFabric.Server.Start;
using BackupFabric.Server.Tests.Kit;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFabric.Server.Tests.Catalog;

public sealed class CatalogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bf-catalog-").FullName;

    [Fact]
    public async Task The_migrations_make_exactly_what_the_model_describes()
    {
        var (migrated, created) = (PathOf("migrated.db"), PathOf("created.db"));
        await OpenAsync(migrated);
        await using (var context = ContextOn(created)) await context.Database.EnsureCreatedAsync(TestContext.Current.CancellationToken);
        Assert.Equal(SchemaOf(created), SchemaOf(migrated));
        Assert.NotEmpty(SchemaOf(created));
    }

    [Fact]
    public async Task A_catalog_of_every_older_version_is_taken_along_and_copied_first()
    {
        await using var any = ContextOn(PathOf("any.db"));
        var steps = any.Database.GetMigrations().ToList();
        var latest = PathOf("latest.db");
        await OpenAsync(latest);
        foreach (var step in steps)
        {
            var path = PathOf(step + ".db");
            await using (var context = ContextOn(path)) await context.GetService<IMigrator>().MigrateAsync(step, TestContext.Current.CancellationToken);
            await using (var left = new SqliteConnection($"Data Source={path};Pooling=False"))
            {
                // What a server leaves behind that is killed in the middle of a migration.
                left.Open();
                using var command = left.CreateCommand();
                command.CommandText = "CREATE TABLE IF NOT EXISTS \"__EFMigrationsLock\" (Id INTEGER PRIMARY KEY, Timestamp TEXT NOT NULL); INSERT OR REPLACE INTO \"__EFMigrationsLock\" VALUES (1, 'then');";
                command.ExecuteNonQuery();
            }

            await OpenAsync(path).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
            Assert.Equal(SchemaOf(latest), SchemaOf(path));
            Assert.Equal(step != steps[^1], Directory.GetFiles(_folder, Path.GetFileName(path) + ".before-*").Length == 1);
        }
    }

    [Fact]
    public async Task A_catalog_of_a_newer_server_is_not_touched()
    {
        var path = PathOf("newer.db");
        await OpenAsync(path);
        await using (var context = ContextOn(path))
            await context.Database.ExecuteSqlRawAsync("INSERT INTO \"__EFMigrationsHistory\" VALUES ('99990101000000_Tomorrow', '99');", TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<StartException>(() => OpenAsync(path));
        Assert.Contains("newer server", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_catalog_is_named_with_what_to_do()
    {
        var path = PathOf("broken.db");
        await File.WriteAllTextAsync(path, new string('x', 5000), TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<StartException>(() => OpenAsync(path));
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.NotEmpty(refused.Advice);
    }

    [Fact]
    public async Task Two_writers_of_one_placement_do_not_overwrite_each_other()
    {
        var path = PathOf("race.db");
        await OpenAsync(path);
        var vmId = Guid.NewGuid();
        await using (var context = ContextOn(path))
        {
            context.Placements.Add(new Placement { VmId = vmId, Side = PlacementSide.Primary, Epoch = 1, Since = DateTimeOffset.UnixEpoch });
            await context.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        await using var one = ContextOn(path);
        await using var two = ContextOn(path);
        (await one.Placements.SingleAsync(TestContext.Current.CancellationToken)).Epoch++;
        (await two.Placements.SingleAsync(TestContext.Current.CancellationToken)).Epoch++;
        await one.SaveChangesAsync(TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => two.SaveChangesAsync(TestContext.Current.CancellationToken));
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private static CatalogContext ContextOn(string path)
    {
        var options = new DbContextOptionsBuilder<CatalogContext>();
        CatalogSetup.Use(options, path, TimeSpan.FromSeconds(5));
        return new CatalogContext(options.Options);
    }

    private static async Task OpenAsync(string path)
    {
        var settings = SettingsTests.Defaults() with { Database = new CatalogSettings { Path = path } };
        await new CatalogStart(new Contexts(path), settings, TimeProvider.System, NullLogger<CatalogStart>.Instance).OpenAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Tables with their columns, and indexes, without regard to the order in which they were made.</summary>
    private static List<string> SchemaOf(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT m.name || '.' || c.name || ' ' || c.type || ' null=' || (1 - c."notnull") || ' key=' || c.pk FROM sqlite_master m JOIN pragma_table_info(m.name) c
              WHERE m.type = 'table' AND m.name NOT LIKE '\_\_EF%' ESCAPE '\' AND m.name NOT LIKE 'sqlite%'
            UNION ALL
            SELECT m.name || ' index ' || i.name || ' unique=' || i."unique" || ' on ' || x.seqno || ':' || x.name FROM sqlite_master m JOIN pragma_index_list(m.name) i JOIN pragma_index_info(i.name) x
              WHERE m.type = 'table' AND m.name NOT LIKE '\_\_EF%' ESCAPE '\' AND i.name NOT LIKE 'sqlite%'
            ORDER BY 1
            """;
        using var reader = command.ExecuteReader();
        var lines = new List<string>();
        while (reader.Read()) lines.Add(reader.GetString(0));
        return lines;
    }

    private sealed class Contexts(string path) : IDbContextFactory<CatalogContext>
    {
        public CatalogContext CreateDbContext() => ContextOn(path);
    }
}
