using Grpc.Core.Utils;

namespace Grpc.Core.Internal;

internal sealed class CompositeCallCredentials : CallCredentials
{
    private readonly IReadOnlyList<CallCredentials> _credentials;

    public CompositeCallCredentials(params CallCredentials[] credentials)
    {
        GrpcPreconditions.CheckArgument(
            credentials.Length >= 2, "Composite credentials object can only be created from 2 or more credentials.");
        _credentials = [.. credentials];
    }

    public override void InternalPopulateConfiguration(CallCredentialsConfiguratorBase configurator, object? state) =>
        configurator.SetCompositeCredentials(state, _credentials);
}
