using BackupFabric.BlockStore;
using BackupFabric.BlockStore.Points;
using BackupFabric.Protos.V1;
using BackupFabric.Server.Api;
using BackupFabric.Server.Jobs;
using BackupFabric.Server.Points;

namespace BackupFabric.Server.Backups;

/// <summary>Makes the recovery point: maps from the span leaves, then the manifest, which is the commit, then the catalog's row.</summary>
internal sealed class PushCommitter(Repository repository, PointBook points, JobDesk desk)
{
    public async Task CommitAsync(PushTerms terms, PushWork work, PushCommit commit, CancellationToken cancellation)
    {
        await work.Committing.WaitAsync(cancellation);
        try
        {
            work.Committed ??= repository.FindPoint(terms.Job.PointId) ?? await MakeAsync(terms, work, commit, cancellation);
        }
        finally
        {
            work.Committing.Release();
        }

        // From here on the point exists, whatever becomes of the call; a row that is lost now is found again at the next start.
        await points.AddAsync(work.Committed, CancellationToken.None);
        await desk.NoteAsync(terms.Job.Id, job => !job.PointExists && (job.PointExists = true), CancellationToken.None);
    }

    private async Task<Manifest> MakeAsync(PushTerms terms, PushWork work, PushCommit commit, CancellationToken cancellation)
    {
        CheckDisks(terms, commit);
        await work.AllStoredAsync(cancellation);
        var job = await desk.FindAsync(terms.Job.Id, cancellation);
        if (job is null || job.Attempt != terms.Job.Attempt || job.State is not (JobState.Running or JobState.Waiting))
            throw PushProblems.JobOver().Because();
        if (!ConsistencyWords.Meets(commit.Consistency, job.Contract))
            throw PushProblems.BelowContract(ConsistencyWords.Of(commit.Consistency)).Because();

        var disks = new List<ManifestDisk>(commit.Disks.Count);
        foreach (var disk in commit.Disks) disks.Add(await MapAsync(terms, work, disk, cancellation));
        var manifest = new Manifest(
            job.PointId, job.Id, job.VmId, job.VmName, job.HostName ?? "", job.HostId ?? Guid.Empty, work.BegunAt,
            ConsistencyWords.Of(commit.Consistency), commit.Configuration.Memory, disks, work.Session.NewBytes,
            [.. commit.Warnings.Select(warning => new ManifestNote(warning.Code, warning.Sentence, warning.Advice))]);
        return await work.Session.CommitAsync(manifest, cancellation);
    }

    private static void CheckDisks(PushTerms terms, PushCommit commit)
    {
        var begun = terms.Disks.ToDictionary(disk => disk.DiskKey, disk => disk.Length, StringComparer.Ordinal);
        foreach (var disk in commit.Disks)
        {
            if (!begun.Remove(disk.DiskKey, out var length)) throw PushProblems.Invalid($"a commit with disk '{disk.DiskKey}', which was not begun").Because();
            if (length != disk.Length) throw PushProblems.Invalid($"a commit with another length of disk '{disk.DiskKey}' than was begun").Because();
        }

        if (begun.Count > 0) throw PushProblems.Invalid($"a commit without disk '{begun.Keys.First()}', which was begun").Because();
    }

    private static async Task<ManifestDisk> MapAsync(PushTerms terms, PushWork work, CommitDisk disk, CancellationToken cancellation)
    {
        var index = terms.Disks.ToList().FindIndex(begun => begun.DiskKey == disk.DiskKey);
        var (root, contentBytes) = await work.Session.BuildMapAsync(
            terms.Bases[index], (long)disk.Length, work.Spool.LeavesAsync(disk.DiskKey, cancellation), cancellation);
        return new ManifestDisk(
            disk.DiskKey, disk.Path, disk.Location, (int)disk.LogicalSector, (int)disk.PhysicalSector, (int)disk.BlockSize, root, contentBytes);
    }
}
