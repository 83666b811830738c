using Grpc.Core.Utils;

namespace Grpc.Core;

public class AuthInterceptorContext(string serviceUrl, string methodName, CancellationToken cancellationToken)
{
    public AuthInterceptorContext(string serviceUrl, string methodName)
        : this(serviceUrl, methodName, default)
    {
    }

    public string ServiceUrl { get; } = GrpcPreconditions.CheckNotNull(serviceUrl);

    public string MethodName { get; } = GrpcPreconditions.CheckNotNull(methodName);

    public CancellationToken CancellationToken { get; } = cancellationToken;
}
