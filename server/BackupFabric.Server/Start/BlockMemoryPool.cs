using System.Buffers;
using System.Collections.Concurrent;

namespace BackupFabric.Server.Start;

/// <summary>
/// Memory for connections in pinned blocks of 64 KiB instead of Kestrel's 4 KiB: the data plane moves megabytes per message, and
/// small blocks cost it half its speed. Keeps a bounded number of blocks; what is beyond goes back to the collector.
/// </summary>
internal sealed class BlockMemoryPool : MemoryPool<byte>
{
    public const int BlockBytes = 64 << 10;

    /// <summary>64 MiB stay with a pool after a burst.</summary>
    private const int BlocksKeptMax = 1024;

    private readonly ConcurrentQueue<byte[]> _free = new();
    private int _kept;
    private volatile bool _disposed;

    public override int MaxBufferSize => BlockBytes;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_free.TryDequeue(out var block)) return new Rented(this, GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true));
        Interlocked.Decrement(ref _kept);
        return new Rented(this, block);
    }

    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        _free.Clear();
    }

    private void Return(byte[] block)
    {
        if (_disposed || Volatile.Read(ref _kept) >= BlocksKeptMax) return;
        Interlocked.Increment(ref _kept);
        _free.Enqueue(block);
    }

    private sealed class Rented(BlockMemoryPool pool, byte[] block) : IMemoryOwner<byte>
    {
        private byte[]? _block = block;

        public Memory<byte> Memory => _block ?? throw new ObjectDisposedException(nameof(Rented));

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _block, null) is { } returned) pool.Return(returned);
        }
    }
}
