using Grpc.Core.Utils;

namespace Grpc.Core.Internal;

internal sealed class CompositeChannelCredentials : ChannelCredentials
{
    private readonly ChannelCredentials _channelCredentials;
    private readonly CallCredentials _callCredentials;

    public CompositeChannelCredentials(ChannelCredentials channelCredentials, CallCredentials callCredentials)
    {
        _channelCredentials = GrpcPreconditions.CheckNotNull(channelCredentials);
        _callCredentials = GrpcPreconditions.CheckNotNull(callCredentials);
        // Call credentials over a connection that anybody can read would give them away.
        GrpcPreconditions.CheckArgument(
            channelCredentials.IsComposable, "Supplied channel credentials do not allow composition.");
    }

    public override void InternalPopulateConfiguration(ChannelCredentialsConfiguratorBase configurator, object? state) =>
        configurator.SetCompositeCredentials(state, _channelCredentials, _callCredentials);
}
