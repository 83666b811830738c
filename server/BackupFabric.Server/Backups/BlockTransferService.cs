using BackupFabric.Protos.Bulk;
using BackupFabric.Protos.V1;
using BackupFabric.Server.Hosts;
using BackupFabric.Server.Recoveries;
using Grpc.Core;

namespace BackupFabric.Server.Backups;

internal sealed class BlockTransferService(HostCalls calls, PushReceiver receiver, PullSender sender) : BlockTransferBase
{
    public override async Task Push(
        IAsyncStreamReader<PushMessage> requestStream, IServerStreamWriter<PushDown> responseStream, ServerCallContext context)
    {
        using var call = await calls.EnterAsync(context);
        await receiver.RunAsync(call, requestStream, responseStream);
    }

    public override async Task Pull(PullRequest request, IServerStreamWriter<PullMessage> responseStream, ServerCallContext context)
    {
        using var call = await calls.EnterAsync(context);
        await sender.RunAsync(call, request, responseStream);
    }
}
