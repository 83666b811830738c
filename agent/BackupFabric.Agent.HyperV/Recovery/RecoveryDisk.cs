using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Ports;

namespace BackupFabric.Agent.HyperV.Recovery;

internal sealed class RecoveryDisk(PlannedDisk plan, IVirtualDiskWriter writer) : IRecoveryDisk, IAsyncDisposable
{
    private bool _closed;

    public string DiskKey => plan.DiskKey;

    public long Length => plan.Image.Length;

    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - data.Length);
        try
        {
            var writing = writer.WriteAsync(offset, data, cancellation);
            return writing.IsCompletedSuccessfully ? writing : FinishAsync(writing);
        }
        catch (VirtualDiskException e)
        {
            return ValueTask.FromException(HyperVProblems.WriteFailed(e));
        }
    }

    public ValueTask FlushAsync(CancellationToken cancellation) => FinishAsync(writer.FlushAsync(cancellation));

    public async ValueTask DisposeAsync()
    {
        if (_closed) return;
        _closed = true;
        await writer.DisposeAsync();
    }

    private static async ValueTask FinishAsync(ValueTask call)
    {
        try
        {
            await call;
        }
        catch (VirtualDiskException e)
        {
            throw HyperVProblems.WriteFailed(e);
        }
    }
}
