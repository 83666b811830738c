using BackupFabric.Protos.V1;
using Grpc.Core;

namespace BackupFabric.Protos.Bulk;

/// <summary>The agent's side of the data plane (block_transfer.proto).</summary>
public sealed class BlockTransferClient : ClientBase<BlockTransferClient>
{
    public BlockTransferClient(ChannelBase channel)
        : base(channel)
    {
    }

    public BlockTransferClient(CallInvoker invoker)
        : base(invoker)
    {
    }

    private BlockTransferClient(ClientBaseConfiguration configuration)
        : base(configuration)
    {
    }

    public AsyncDuplexStreamingCall<PushMessage, PushDown> Push(CallOptions options) =>
        CallInvoker.AsyncDuplexStreamingCall(BlockTransferMethods.Push, null, options);

    public AsyncDuplexStreamingCall<PushMessage, PushDown> Push(CancellationToken cancellation) =>
        Push(new CallOptions(cancellationToken: cancellation));

    /// <summary>Every message that is read must be disposed.</summary>
    public AsyncServerStreamingCall<PullMessage> Pull(PullRequest request, CallOptions options) =>
        CallInvoker.AsyncServerStreamingCall(BlockTransferMethods.Pull, null, options, request);

    /// <summary>Every message that is read must be disposed.</summary>
    public AsyncServerStreamingCall<PullMessage> Pull(PullRequest request, CancellationToken cancellation) =>
        Pull(request, new CallOptions(cancellationToken: cancellation));

    protected override BlockTransferClient NewInstance(ClientBaseConfiguration configuration) => new(configuration);
}
