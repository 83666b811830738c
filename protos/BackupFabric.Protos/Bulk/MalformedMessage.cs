using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Grpc.Core;

namespace BackupFabric.Protos.Bulk;

internal static class MalformedMessage
{
    public const string Code = "bulk-message-malformed";

    public static RpcException At(int place, string what) => Of($"at byte {place}, {what}");

    public static RpcException Of(string what, Exception? cause = null) => new Problem
    {
        Code = Code,
        Sentence = $"A message of the block transfer cannot be read: {what}.",
        Advice = "Check that agent and server are of versions that go together; if they are, something between them damages data.",
        Retry = RetryClass.Never,
    }.ToRpcException(cause);
}
