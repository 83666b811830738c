using BackupFabric.Server.Backups;
using BackupFabric.Server.Hosts;
using BackupFabric.Server.Jobs;
using BackupFabric.Server.Placements;
using BackupFabric.Server.Points;
using BackupFabric.Server.SignIn;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace BackupFabric.Server.Catalog;

/// <summary>
/// What the server knows besides the repository. Nothing that a restore needs lies only here. Every feature maps its own rows
/// (the <c>...Mapping</c> classes); the model uses nothing of one provider, so that another can be put under it.
/// </summary>
internal sealed class CatalogContext(DbContextOptions<CatalogContext> options) : DbContext(options)
{
    public DbSet<EnrolledHost> Hosts => Set<EnrolledHost>();

    public DbSet<HostCertificate> HostCertificates => Set<HostCertificate>();

    public DbSet<HostToken> HostTokens => Set<HostToken>();

    public DbSet<Vm> Vms => Set<Vm>();

    public DbSet<VmSighting> Sightings => Set<VmSighting>();

    public DbSet<Placement> Placements => Set<Placement>();

    public DbSet<PlacementChange> PlacementChanges => Set<PlacementChange>();

    public DbSet<Job> Jobs => Set<Job>();

    public DbSet<PointRecord> Points => Set<PointRecord>();

    public DbSet<VmBaseline> Baselines => Set<VmBaseline>();

    public DbSet<Account> Accounts => Set<Account>();

    public DbSet<AccessToken> AccessTokens => Set<AccessToken>();

    public override int SaveChanges(bool acceptAllChangesOnSuccess)
    {
        RaiseVersions();
        return base.SaveChanges(acceptAllChangesOnSuccess);
    }

    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        RaiseVersions();
        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(CatalogContext).Assembly);

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTicks>();

    private void RaiseVersions()
    {
        foreach (var entry in ChangeTracker.Entries<IVersioned>())
            if (entry.State == EntityState.Modified) entry.Entity.Version++;
    }

    /// <summary>Times are ticks in UTC: ordered and compared alike by every provider (SQLite has no type for them).</summary>
    private sealed class UtcTicks() : ValueConverter<DateTimeOffset, long>(
        time => time.UtcTicks, ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
}
