using BackupFabric.Protos.Bulk;

namespace BackupFabric.Agent.Recover;

/// <summary>A received message whose runs are opened side by side; given back by the last of them.</summary>
internal sealed class SharedBatch(PullMessage message, int holders)
{
    private int _holders = holders;

    public BlockBatchBuffer Blocks { get; } = message.Blocks!;

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0) message.Dispose();
    }
}
