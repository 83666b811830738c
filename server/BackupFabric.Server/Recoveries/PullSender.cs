using System.Threading.Channels;
using BackupFabric.Blocks;
using BackupFabric.BlockStore;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Sessions;
using BackupFabric.Protos.Bulk;
using BackupFabric.Protos.V1;
using BackupFabric.Server.Api;
using BackupFabric.Server.Backups;
using BackupFabric.Server.Hosts;
using BackupFabric.Server.Jobs;
using BackupFabric.Server.Points;
using Google.Protobuf;
using Grpc.Core;

namespace BackupFabric.Server.Recoveries;

/// <summary>Sends one disk of a recovery point: batches are read ahead side by side, and sent in the order of the disk.</summary>
internal sealed partial class PullSender(JobTickets tickets, Repository repository, TransferSettings settings, ILogger<PullSender> log)
{
    public async Task RunAsync(HostCall call, PullRequest request, IServerStreamWriter<PullMessage> down)
    {
        try
        {
            var job = await tickets.AdmitAsync(call.Host.Id, JobKind.Recover, request.JobId, request.Attempt, request.Ticket.Memory, call.Ended);
            // Deleted, purged and collected meanwhile, it is sent to its end all the same.
            using var held = Hold(job.PointId);
            var disk = DiskOf(held.Point, request);
            var readable = request.Codecs.Where(number => number <= byte.MaxValue).Select(number => (BlockCodec)number).Append(BlockCodec.None).ToHashSet();
            await SendAsync(disk, (long)request.FromOffset, readable, down, call.Ended);
        }
        catch (RepositoryException failure)
        {
            LogEnded(call.Host.Name, failure.Message);
            throw failure.ToProblem().Because(failure);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException || call.Ended.IsCancellationRequested)
        {
            LogEnded(call.Host.Name, failure.Message);
            throw call.EndedBecause() ?? failure;
        }
    }

    private PointLease Hold(Guid pointId)
    {
        try
        {
            return repository.HoldPoint(pointId);
        }
        catch (RepositoryException missing) when (missing.Code == "point-missing")
        {
            throw PointProblems.NotInRepository(pointId.ToString("D")).Because(missing);
        }
    }

    private ManifestDisk DiskOf(Manifest point, PullRequest request)
    {
        var disk = point.Disks.FirstOrDefault(disk => disk.DiskKey == request.DiskKey) ?? throw RecoverProblems.DiskUnknown(request.DiskKey).Because();
        if (request.FromOffset > (ulong)disk.Root.Length || (long)request.FromOffset % repository.Rules.SpanBytes != 0)
            throw RecoverProblems.OffsetInvalid(request.FromOffset).Because();
        return disk;
    }

    private async Task SendAsync(
        ManifestDisk disk, long fromOffset, HashSet<BlockCodec> readable, IServerStreamWriter<PullMessage> down, CancellationToken ended)
    {
        await down.WriteAsync(
            new PullMessage(new PullDown
            {
                Began = new PullBegan
                {
                    IdKey = ByteString.CopyFrom(repository.IdKey.Bytes),
                    Length = (ulong)disk.Root.Length,
                    SpanBytes = (ulong)repository.Rules.SpanBytes,
                },
            }),
            ended);
        using var reader = new PullBatchReader(repository, readable, settings.BatchBytesMax);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ended);
        var ahead = Channel.CreateBounded<Task<BlockBatchBuffer>>(settings.BatchesReadAhead);
        var planning = Task.Run(() => PlanAsync(disk, fromOffset, reader, ahead.Writer, stop.Token), CancellationToken.None);
        ulong blocks = 0, bytes = 0;
        try
        {
            await foreach (var reading in ahead.Reader.ReadAllAsync(ended))
            {
                using var batch = await reading;
                await down.WriteAsync(new PullMessage(batch), ended);
                (blocks, bytes) = (blocks + (ulong)batch.Count, bytes + (ulong)batch.PayloadBytes);
            }

            await planning;
        }
        finally
        {
            await stop.CancelAsync();
            await planning.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (ahead.Reader.TryRead(out var left)) await DropAsync(left);
        }

        await down.WriteAsync(new PullMessage(new PullDown { End = new PullEnd { Blocks = blocks, Bytes = bytes } }), ended);
    }

    private async Task PlanAsync(
        ManifestDisk disk, long fromOffset, PullBatchReader reader, ChannelWriter<Task<BlockBatchBuffer>> ahead, CancellationToken cancellation)
    {
        try
        {
            await foreach (var blocks in PullPlan.BatchesAsync(repository, disk, fromOffset, settings.BatchBytesMax, cancellation))
            {
                // Room first: what is being read and what waits to be sent stay within the bound together.
                if (!await ahead.WaitToWriteAsync(cancellation)) return;
                await ahead.WriteAsync(Task.Run(() => reader.ReadAsync(blocks, cancellation), CancellationToken.None), cancellation);
            }
        }
        finally
        {
            ahead.TryComplete();
        }
    }

    private static async Task DropAsync(Task<BlockBatchBuffer> reading)
    {
        await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (reading.IsCompletedSuccessfully) (await reading).Dispose();
    }

    [LoggerMessage(LogLevel.Information, "A pull of host '{Host}' ended early: {Why}")]
    private partial void LogEnded(string host, string why);
}
