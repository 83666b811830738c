using BackupFabric.Protos.V1;
using Grpc.Core;

namespace BackupFabric.Server.Backups;

/// <summary>The stream down of one push; answers come from its reader and from its lane, one at a time.</summary>
internal sealed class PushReplies(IServerStreamWriter<PushDown> down, CancellationToken ended) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);

    public async Task SendAsync(PushDown message)
    {
        await _gate.WaitAsync(ended);
        try
        {
            await down.WriteAsync(message, ended);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();
}
