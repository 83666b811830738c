using BackupFabric.BlockStore;
using BackupFabric.Protos.V1;
using BackupFabric.Server.Jobs;
using BackupFabric.Server.Points;
using Google.Protobuf;

namespace BackupFabric.Server.Recoveries;

internal sealed class RecoverOrders(Repository repository) : IWorkOrderSource
{
    public JobKind Kind => JobKind.Recover;

    public Task<Problem?> FillAsync(WorkOrder order, Job job, CancellationToken cancellation)
    {
        if (repository.FindPoint(job.PointId) is not { } manifest)
            return Task.FromResult<Problem?>(PointProblems.NotInRepository(job.PointId.ToString("D")));
        var recover = new RecoverOrder
        {
            PointId = manifest.PointId.ToString("D"),
            VmId = manifest.VmId.ToString("D"),
            Name = job.RecoverName ?? manifest.VmName,
            Folder = job.RecoverFolder ?? "",
            NewIdentity = job.NewIdentity,
            Configuration = ByteString.CopyFrom(manifest.Configuration.Span),
        };
        var names = RecoverFileNames.For([.. manifest.Disks.Select(disk => disk.Path)]);
        recover.Disks.AddRange(manifest.Disks.Select((disk, index) => new RecoverDisk
        {
            DiskKey = disk.DiskKey,
            Length = (ulong)disk.Root.Length,
            FileName = names[index],
            LogicalSector = (uint)disk.LogicalSectorSize,
            PhysicalSector = (uint)disk.PhysicalSectorSize,
            BlockSize = (uint)disk.BlockSize,
            ContentBytes = (ulong)disk.ContentBytes,
        }));
        order.Recover = recover;
        return Task.FromResult<Problem?>(null);
    }
}
