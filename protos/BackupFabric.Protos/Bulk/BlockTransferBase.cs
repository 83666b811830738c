using BackupFabric.Protos.V1;
using Grpc.Core;

namespace BackupFabric.Protos.Bulk;

/// <summary>The server's side of the data plane (block_transfer.proto): derive from it and map it with MapGrpcService.</summary>
[BindServiceMethod(typeof(BlockTransferBase), nameof(BindService))]
public abstract class BlockTransferBase
{
    /// <summary>Every message that is read must be disposed.</summary>
    public abstract Task Push(
        IAsyncStreamReader<PushMessage> requestStream, IServerStreamWriter<PushDown> responseStream, ServerCallContext context);

    /// <summary>A batch may be cleared and refilled once its write has returned.</summary>
    public abstract Task Pull(PullRequest request, IServerStreamWriter<PullMessage> responseStream, ServerCallContext context);

    /// <summary>Called by the gRPC server, which passes no service when it only wants to know the methods.</summary>
    public static void BindService(ServiceBinderBase binder, BlockTransferBase? service)
    {
        binder.AddMethod(BlockTransferMethods.Push, service is null ? null! : service.Push);
        binder.AddMethod(BlockTransferMethods.Pull, service is null ? null! : service.Pull);
    }
}
