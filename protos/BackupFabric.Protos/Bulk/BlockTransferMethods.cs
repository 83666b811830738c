using BackupFabric.Protos.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace BackupFabric.Protos.Bulk;

/// <summary>The methods of the service backupfabric.v1.BlockTransfer with our marshallers for the bulk messages.</summary>
internal static class BlockTransferMethods
{
    public static ServiceDescriptor Descriptor { get; } =
        BlockTransferReflection.Descriptor.Services.Single(service => service.Name == "BlockTransfer");

    public static Method<PushMessage, PushDown> Push { get; } = new(
        MethodType.DuplexStreaming, Descriptor.FullName, nameof(Push), PushMessage.Marshaller, MarshallerOf(PushDown.Parser));

    public static Method<PullRequest, PullMessage> Pull { get; } = new(
        MethodType.ServerStreaming, Descriptor.FullName, nameof(Pull), MarshallerOf(PullRequest.Parser), PullMessage.Marshaller);

    private static Marshaller<T> MarshallerOf<T>(MessageParser<T> parser)
        where T : class, IMessage<T> =>
        new(BulkCodec<T>.Write, context => parser.ParseFrom(context.PayloadAsReadOnlySequence()));
}
