using BackupFabric.BlockStore;
using BackupFabric.BlockStore.Points;
using BackupFabric.Server.Api;
using BackupFabric.Server.Catalog;
using Microsoft.EntityFrameworkCore;

namespace BackupFabric.Server.Points;

/// <summary>Recovery points in the catalog, kept in step with the repository's manifests.</summary>
internal sealed partial class PointBook(IDbContextFactory<CatalogContext> catalog, Repository repository, ILogger<PointBook> log)
{
    private const int MatchesShown = 5;

    /// <summary>Makes the catalog say what the repository holds: adds points it does not know, drops those whose manifest is gone.</summary>
    public async Task ReconcileAsync(CancellationToken cancellation)
    {
        var manifests = repository.Points().ToDictionary(manifest => manifest.PointId);
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        var known = await context.Points.Select(point => point.Id).ToHashSetAsync(cancellation);
        foreach (var manifest in manifests.Values.Where(manifest => !known.Contains(manifest.PointId)))
        {
            context.Points.Add(PointRecord.Of(manifest));
            LogAdded(manifest.PointId, manifest.VmName, manifest.TakenAt);
        }

        var gone = known.Where(id => !manifests.ContainsKey(id)).ToList();
        foreach (var chunk in gone.Chunk(500))
            context.Points.RemoveRange(await context.Points.Where(point => chunk.Contains(point.Id)).ToListAsync(cancellation));
        await context.SaveChangesAsync(cancellation);
        if (gone.Count > 0) LogDropped(gone.Count);
        foreach (var damaged in repository.DamagedManifests()) LogDamaged(damaged.Message, damaged.Advice);
    }

    /// <summary>Adds a point that was just committed; nothing happens when it is known already.</summary>
    public async Task AddAsync(Manifest manifest, CancellationToken cancellation)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        if (await context.Points.AnyAsync(point => point.Id == manifest.PointId, cancellation)) return;
        context.Points.Add(PointRecord.Of(manifest));
        await context.SaveChangesAsync(cancellation);
    }

    public async Task<IReadOnlyList<PointRecord>> ListAsync(Guid? vmId, int limit, CancellationToken cancellation)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        return await context.Points.AsNoTracking()
            .Where(point => vmId == null || point.VmId == vmId)
            .OrderByDescending(point => point.TakenAt)
            .Take(limit)
            .ToListAsync(cancellation);
    }

    public async Task<PointRecord> FindAsync(string text, CancellationToken cancellation)
    {
        var prefix = IdPrefix.Parse(text) ?? throw PointProblems.NotFound(text).Because();
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        var matches = await context.Points.AsNoTracking().Where(point => point.IdText.StartsWith(prefix)).Take(MatchesShown).ToListAsync(cancellation);
        return matches.Count switch
        {
            1 => matches[0],
            0 => throw PointProblems.NotFound(text).Because(),
            _ => throw ApiProblems.IdAmbiguous(text, matches.Select(point => point.IdText[..12])).Because(),
        };
    }

    [LoggerMessage(LogLevel.Information, "Recovery point {PointId} of '{VmName}' ({TakenAt}) was found in the repository and added to the catalog.")]
    private partial void LogAdded(Guid pointId, string vmName, DateTimeOffset takenAt);

    [LoggerMessage(LogLevel.Warning, "{Count} recovery points of the catalog are not in the repository any more and were dropped from it.")]
    private partial void LogDropped(int count);

    [LoggerMessage(LogLevel.Error, "{Sentence} {Advice}")]
    private partial void LogDamaged(string sentence, string advice);
}
