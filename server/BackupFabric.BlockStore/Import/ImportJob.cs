using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Sessions;

namespace BackupFabric.BlockStore.Import;

/// <summary>
/// Brings a disk of this machine into a repository and commits it as a recovery point. Spans are read, cut, hashed and packed side by side; their leaves reach the
/// map in order. Whatever fails, nothing is committed; what was stored is found by the next attempt.
/// </summary>
public sealed class ImportJob(Repository repository, ImportOptions options, TimeProvider time)
{
    /// <exception cref="RepositoryException">Full, damaged, or the list of changes is not of this disk.</exception>
    public async Task<ImportReport> RunAsync(ImportRequest request, ISourceDisk source, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        Check(request);
        var vm = LocalVm.IdOf(repository, request.VmName);
        var last = repository.Points().LastOrDefault(point => point.VmId == vm && point.Disks.Any(disk => disk.DiskKey == request.DiskKey));
        if (request.Changed is not null && last is null) throw RepositoryErrors.BasisMissing(request.VmName, request.DiskKey);
        var plan = ImportPlan.For(repository, source, last?.Disks.First(disk => disk.DiskKey == request.DiskKey), request.Changed);
        await using var session = repository.BeginSession();
        // Now, not when the map is built: hours later its point may have been deleted, purged and collected.
        if (plan.Basis is not null && !session.TryHold(plan.Basis)) throw RepositoryErrors.BasisMissing(request.VmName, request.DiskKey);
        var meter = new ImportMeter(progress is null ? 0 : await plan.BytesAsync(cancellation), progress);
        var (root, content) = await BuildAsync(session, plan, source, meter, cancellation);
        var disk = new ManifestDisk(request.DiskKey, request.Path, "", request.LogicalSectorSize, request.PhysicalSectorSize, request.BlockSize, root, content);
        var point = await session.CommitAsync(PointOf(request, vm, last, disk, session.NewBytes), cancellation);
        return new(point, plan.Basis is null ? null : last, meter.ReadBytes, meter.Blocks, meter.NewBlocks, meter.NewPlainBytes);
    }

    private async Task<(DiskMapRoot Root, long ContentBytes)> BuildAsync(StoreSession session, ImportPlan plan, ISourceDisk source, ImportMeter meter, CancellationToken cancellation)
    {
        var claims = new SealClaims();
        await using var workers = new SpanWorkers(options.WorkersOrDefault, () => new SpanImporter(repository, session, source, options, claims, meter));
        return await session.BuildMapAsync(plan.Basis, source.Length, workers.LeavesAsync(plan, cancellation), cancellation);
    }

    private Manifest PointOf(ImportRequest request, Guid vm, Manifest? last, ManifestDisk disk, long newBytes)
    {
        // A point is later than the one before, also when the clock was set back: "latest" must mean the last import.
        var now = time.GetUtcNow();
        var takenAt = last is not null && last.TakenAt >= now ? last.TakenAt.AddTicks(1) : now;
        return new(Guid.CreateVersion7(takenAt), Guid.NewGuid(), vm, request.VmName, request.SourceHost, Guid.Empty, takenAt, "imported", default, [disk], newBytes, []);
    }

    private static void Check(ImportRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.VmName) || request.VmName.Length > LocalVm.NameLengthMax)
            throw RepositoryErrors.PointInvalid($"a virtual machine's name has 1 to {LocalVm.NameLengthMax} characters");
        if (string.IsNullOrWhiteSpace(request.DiskKey)) throw RepositoryErrors.PointInvalid("a disk's key is not empty");
    }
}
