using Grpc.Core;

namespace BackupFabric.Agent.Connection;

/// <summary>
/// Writing to a call that may have ended meanwhile. gRPC then answers with whatever the write ran into (cancelled, invalid); callers want to know why
/// the call ended.
/// </summary>
internal static class CallWriting
{
    public static async Task WriteAsync<TRequest, TResponse>(
        this AsyncDuplexStreamingCall<TRequest, TResponse> call, TRequest message, CancellationToken cancellation)
    {
        try
        {
            await call.RequestStream.WriteAsync(message, cancellation);
        }
        catch (Exception broken) when (broken is InvalidOperationException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            throw await WhyAsync(call, broken, cancellation);
        }
    }

    private static async Task<RpcException> WhyAsync<TRequest, TResponse>(
        AsyncDuplexStreamingCall<TRequest, TResponse> call, Exception broken, CancellationToken cancellation)
    {
        try
        {
            await call.ResponseHeadersAsync.WaitAsync(cancellation);
            return new RpcException(call.GetStatus(), call.GetTrailers());
        }
        catch (RpcException why)
        {
            return why;
        }
        catch (InvalidOperationException)
        {
            return new RpcException(new Status(StatusCode.Unavailable, "The connection to the server broke.", broken));
        }
    }
}
