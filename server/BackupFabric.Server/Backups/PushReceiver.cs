using BackupFabric.BlockStore;
using BackupFabric.Protos.Bulk;
using BackupFabric.Protos.V1;
using BackupFabric.Server.Api;
using BackupFabric.Server.Hosts;
using BackupFabric.Server.Jobs;
using Grpc.Core;

namespace BackupFabric.Server.Backups;

/// <summary>Admits a push stream, lets it run, and says in gRPC's terms why it ended.</summary>
internal sealed partial class PushReceiver(
    JobTickets tickets,
    PushWorks works,
    PushCommitter committer,
    BaselineBook baselines,
    Repository repository,
    TransferSettings settings,
    ILogger<PushReceiver> log)
{
    public async Task RunAsync(HostCall call, IAsyncStreamReader<PushMessage> up, IServerStreamWriter<PushDown> down)
    {
        try
        {
            if (!await up.MoveNext(call.Ended)) return;
            using var first = up.Current;
            if (first.Control is not { BodyCase: PushUp.BodyOneofCase.Begin, Begin: { } begin }) throw PushProblems.OutOfTurn("no beginning").Because();
            var job = await tickets.AdmitAsync(call.Host.Id, JobKind.Backup, begin.JobId, begin.Attempt, begin.Ticket.Memory, call.Ended);
            await TransferAsync(PushTerms.Agree(begin, job, repository, settings), call, up, down);
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

    private async Task TransferAsync(PushTerms terms, HostCall call, IAsyncStreamReader<PushMessage> up, IServerStreamWriter<PushDown> down)
    {
        var work = works.Join(terms.Job);
        try
        {
            terms = terms with { Bases = work.Hold(terms) };
            using var replies = new PushReplies(down, call.Ended);
            await using var lane = new BlockLane(
                work, settings, works.Room, repository.Rules.GreatestBytes,
                stored => replies.SendAsync(new PushDown { Stored = new Stored { Batches = stored } }));
            await replies.SendAsync(new PushDown { Began = terms.Began(repository, settings) });
            using var over = CancellationTokenSource.CreateLinkedTokenSource(call.Ended, lane.Failed);
            var stream = new PushStream(terms, work, lane, replies, committer, baselines, repository);
            try
            {
                await stream.RunAsync(up, over.Token);
            }
            catch (Exception failure) when (lane.Failed.IsCancellationRequested && failure is (OperationCanceledException or IOException or RpcException))
            {
                // The reader was stopped because a block could not be stored: that is what the caller has to hear.
                await lane.DrainAsync();
                throw;
            }
        }
        finally
        {
            await works.LeaveAsync(work);
        }
    }

    [LoggerMessage(LogLevel.Information, "A push of host '{Host}' ended early: {Why}")]
    private partial void LogEnded(string host, string why);
}
