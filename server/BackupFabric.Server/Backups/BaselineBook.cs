using BackupFabric.BlockStore;
using BackupFabric.Protos.V1;
using BackupFabric.Server.Api;
using BackupFabric.Server.Catalog;
using BackupFabric.Server.Jobs;
using Microsoft.EntityFrameworkCore;

namespace BackupFabric.Server.Backups;

/// <summary>What the next synchronization of each VM can be measured against.</summary>
internal sealed class BaselineBook(IDbContextFactory<CatalogContext> catalog, Repository repository, TimeProvider time)
{
    /// <summary>Obsolete reference points that are named again with each new baseline, in case an answer was lost.</summary>
    private const int ObsoleteKeptMax = 8;

    private const int ReferencePointIdLengthMax = 256;

    /// <summary>The VM's baseline, if its point still exists. It travels with the VM: whether the host can use it, its agent finds out.</summary>
    public async Task<Baseline?> OfAsync(Guid vmId, CancellationToken cancellation)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        var row = await context.Baselines.AsNoTracking()
            .Where(baseline => baseline.VmId == vmId && !baseline.Obsolete)
            .OrderByDescending(baseline => baseline.SetAt)
            .FirstOrDefaultAsync(cancellation);
        if (row is null || repository.FindPoint(row.PointId) is null) return null;
        var found = new Baseline { PointId = row.PointId.ToString("D"), ReferencePointId = row.ReferencePointId };
        found.Disks.AddRange(CatalogJson.ReadList<BaselineDisk>(row.DisksJson).Select(disk =>
            new DiskBaseline { DiskKey = disk.DiskKey, Length = (ulong)disk.Length, ChangeTrackingId = disk.ChangeTrackingId }));
        return found;
    }

    /// <summary>Takes a new baseline for a committed point; every other reference point of the VM is obsolete from then on.</summary>
    public async Task<Rebased> RebaseAsync(Job job, PushRebase rebase, CancellationToken cancellation)
    {
        if (rebase.Baseline is not { } baseline || baseline.ReferencePointId.Length > ReferencePointIdLengthMax)
            throw PushProblems.Invalid("a rebase without a usable baseline").Because();
        if (!Guid.TryParse(rebase.PointId, out var pointId) || pointId != job.PointId || repository.FindPoint(pointId) is null)
            throw PushProblems.OutOfTurn("a rebase to a point that this job did not commit").Because();

        await using var context = await catalog.CreateDbContextAsync(cancellation);
        var rows = await context.Baselines.Where(row => row.VmId == job.VmId).ToListAsync(cancellation);
        foreach (var older in rows.Where(row => row.ReferencePointId != baseline.ReferencePointId)) older.Obsolete = true;
        var current = rows.SingleOrDefault(row => row.ReferencePointId == baseline.ReferencePointId);
        if (current is null)
        {
            current = new VmBaseline
            {
                VmId = job.VmId,
                ReferencePointId = baseline.ReferencePointId,
                HostId = job.HostId!.Value,
                PointId = pointId,
                DisksJson = "",
                SetAt = default,
            };
            context.Baselines.Add(current);
        }

        (current.HostId, current.PointId, current.SetAt, current.Obsolete) = (job.HostId!.Value, pointId, time.GetUtcNow(), false);
        current.DisksJson = CatalogJson.Write(baseline.Disks.Select(disk => new BaselineDisk(disk.DiskKey, (long)disk.Length, disk.ChangeTrackingId)));
        var obsolete = rows.Where(row => row.Obsolete).OrderByDescending(row => row.SetAt).ToList();
        context.Baselines.RemoveRange(obsolete.Skip(ObsoleteKeptMax));
        await context.SaveChangesAsync(cancellation);

        var rebased = new Rebased();
        rebased.ObsoleteReferencePoints.AddRange(obsolete.Select(row => row.ReferencePointId).Where(id => id.Length > 0));
        return rebased;
    }
}
