using System.Runtime.CompilerServices;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Spans;
using BackupFabric.BlockStore.Export;
using BackupFabric.BlockStore.Import;

namespace BackupFabric.BlockStore.Tests.Kit;

/// <summary>A disk in memory: a source that counts what is read of it and may fail, and a target that minds the rules.</summary>
internal sealed class MemoryDisk(byte[] content) : ISourceDisk, ITargetDisk
{
    private readonly Lock _gate = new();
    private readonly List<ByteRange> _written = [];
    private long _readBytes;

    public MemoryDisk(long length)
        : this(new byte[length])
    {
    }

    public byte[] Content => content;

    public long Length => content.Length;

    public long ReadBytes => Interlocked.Read(ref _readBytes);

    public bool IsFlushed { get; private set; }

    public IReadOnlyList<ByteRange> Written => _written;

    /// <summary>Reads that reach beyond this fail, as of a file that was cut off meanwhile.</summary>
    public long FailsFrom { get; set; } = long.MaxValue;

    /// <summary>Runs before each read and each write.</summary>
    public Action OnAccess { get; set; } = () => { };

    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        OnAccess();
        if (offset + buffer.Length > FailsFrom) throw new IOException("The disk ends early.");
        Interlocked.Add(ref _readBytes, buffer.Length);
        content.AsSpan((int)offset, buffer.Length).CopyTo(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <summary>Sectors that are not zero, so that ranges neither begin nor end on clusters.</summary>
    public async IAsyncEnumerable<ByteRange> AllocatedAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        const int sector = 512;
        await Task.Yield();
        var start = -1L;
        for (var at = 0L; at < Length; at += sector)
        {
            cancellation.ThrowIfCancellationRequested();
            var isZero = ZeroTest.IsZero(content.AsSpan((int)at, (int)Math.Min(sector, Length - at)));
            if (!isZero && start < 0) start = at;
            if (!isZero || start < 0) continue;
            yield return new(start, at - start);
            start = -1;
        }

        if (start >= 0) yield return new(start, Length - start);
    }

    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        OnAccess();
        Assert.InRange(offset, 0, Length - bytes.Length);
        lock (_gate)
        {
            Assert.DoesNotContain(_written, range => range.Offset < offset + bytes.Length && offset < range.End);
            _written.Add(new(offset, bytes.Length));
        }

        bytes.CopyTo(content.AsMemory((int)offset));
        return ValueTask.CompletedTask;
    }

    public ValueTask FlushAsync(CancellationToken cancellation)
    {
        IsFlushed = true;
        return ValueTask.CompletedTask;
    }
}
