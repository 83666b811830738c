using BackupFabric.Protos.V1;
using BackupFabric.Server.Hosts;
using Grpc.Core;

namespace BackupFabric.Server.Control;

internal sealed class AgentControlService(HostCalls calls, AgentSession session) : AgentControl.AgentControlBase
{
    public override async Task Connect(
        IAsyncStreamReader<AgentUp> requestStream, IServerStreamWriter<AgentDown> responseStream, ServerCallContext context)
    {
        using var call = await calls.EnterAsync(context);
        await session.RunAsync(call, requestStream, responseStream);
    }
}
