using Grpc.Core.Utils;

namespace Grpc.Core.Internal;

/// <summary>What every kind of call knows: its headers, status and trailers, and how to end it.</summary>
internal readonly struct CallState(
    Func<object?, Task<Metadata>> responseHeadersAsync,
    Func<object?, Status> getStatus,
    Func<object?, Metadata> getTrailers,
    Action<object?> dispose,
    object? state)
{
    private readonly Func<object?, Task<Metadata>> _responseHeadersAsync = GrpcPreconditions.CheckNotNull(responseHeadersAsync);
    private readonly Func<object?, Status> _getStatus = GrpcPreconditions.CheckNotNull(getStatus);
    private readonly Func<object?, Metadata> _getTrailers = GrpcPreconditions.CheckNotNull(getTrailers);
    private readonly Action<object?> _dispose = GrpcPreconditions.CheckNotNull(dispose);

    public static CallState From(
        Task<Metadata> responseHeadersAsync, Func<Status> getStatus, Func<Metadata> getTrailers, Action dispose)
    {
        GrpcPreconditions.CheckNotNull(responseHeadersAsync);
        GrpcPreconditions.CheckNotNull(getStatus);
        GrpcPreconditions.CheckNotNull(getTrailers);
        GrpcPreconditions.CheckNotNull(dispose);
        return new(_ => responseHeadersAsync, _ => getStatus(), _ => getTrailers(), _ => dispose(), null);
    }

    public Task<Metadata> ResponseHeadersAsync() => _responseHeadersAsync(state);

    public Status GetStatus() => _getStatus(state);

    public Metadata GetTrailers() => _getTrailers(state);

    public void Dispose() => _dispose(state);
}
