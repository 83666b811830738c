using System.Buffers;

namespace BackupFabric.Agent.Protect;

/// <summary>The plain bytes of a span's regions, one after the other; taken from the pool and the budget when they are first needed.</summary>
internal sealed class SpanBuffer(ByteBudget budget, int length) : IDisposable
{
    private byte[]? _bytes;
    private ByteBudget.Share _share;

    public bool IsLoaded => _bytes is not null;

    public Memory<byte> Bytes => _bytes.AsMemory(0, length);

    public async ValueTask TakeAsync(CancellationToken cancellation)
    {
        _share = await budget.TakeAsync(length, cancellation);
        _bytes = ArrayPool<byte>.Shared.Rent(length);
    }

    public void Dispose()
    {
        if (_bytes is null) return;
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = null;
        _share.Dispose();
    }
}
