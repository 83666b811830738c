using Grpc.Core.Utils;

namespace Grpc.Core;

public static class AsyncStreamReaderExtensions
{
    public static Task<bool> MoveNext<T>(this IAsyncStreamReader<T> streamReader)
    {
        GrpcPreconditions.CheckNotNull(streamReader, nameof(streamReader));
        return streamReader.MoveNext(CancellationToken.None);
    }
}
