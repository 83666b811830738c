using System.Runtime.CompilerServices;
using BackupFabric.Disks.Files;

namespace BackupFabric.Disks;

/// <summary>A disk whose file keeps blocks at places of its own, over a parent or over nothing.</summary>
internal abstract class LayeredDisk(IImageFile file, LayeredDisk? parent) : IVirtualDisk
{
    private bool _disposed;

    public abstract VirtualDiskInfo Info { get; }

    public long Length => Info.Length;

    public abstract bool CanWrite { get; }

    public IImageFile File => file;

    public LayeredDisk? Parent => parent;

    /// <summary>What this file itself says about the longest stretch from <paramref name="position"/> on that one read can serve.</summary>
    public abstract DiskSegment RunAt(long position, long end);

    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation = default)
    {
        RangeCheck.Require(offset, buffer.Length, Length);
        long end = offset + buffer.Length;
        while (offset < end)
        {
            DiskSegment run = RunAt(offset, end);
            Memory<byte> part = buffer[..(int)run.Length];
            if (run.Source == SegmentSource.File) await file.ReadAsync(run.FileOffset, part, cancellation);
            else if (run.Source == SegmentSource.Parent) await ReadParentAsync(offset, part, cancellation);
            else part.Span.Clear();
            buffer = buffer[part.Length..];
            offset += part.Length;
        }
    }

    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellation = default)
    {
        RangeCheck.Require(offset, data.Length, Length);
        RangeCheck.RequireSectors(offset, data.Length, Info.LogicalSectorSize);
        return CanWrite ? WriteCoreAsync(offset, data, cancellation) : throw ImageFault.ReadOnly(file.Path);
    }

    public async ValueTask FlushAsync(CancellationToken cancellation = default)
    {
        if (CanWrite) await Task.Run(FlushCore, cancellation);
    }

    public async IAsyncEnumerable<DiskRange> AllocatedAsync(long offset, long length, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        RangeCheck.Require(offset, length, Length);
        DiskRange pending = default;
        await foreach (DiskRange range in PiecesAsync(offset, offset + length, cancellation))
        {
            if (pending.Length > 0 && pending.End == range.Offset)
            {
                pending = pending with { Length = pending.Length + range.Length };
                continue;
            }

            if (pending.Length > 0) yield return pending;
            pending = range;
        }

        if (pending.Length > 0) yield return pending;
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        try
        {
            if (CanWrite) await Task.Run(CloseCore);
        }
        finally
        {
            CloseFiles();
        }
    }

    /// <summary>Lets go of the files of the whole chain, as they are.</summary>
    public void CloseFiles()
    {
        for (LayeredDisk? layer = this; layer is not null; layer = layer.Parent) layer.File.Dispose();
    }

    protected abstract ValueTask WriteCoreAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellation);

    protected abstract void FlushCore();

    protected abstract void CloseCore();

    private async IAsyncEnumerable<DiskRange> PiecesAsync(long position, long end, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (position < end)
        {
            cancellation.ThrowIfCancellationRequested();
            DiskSegment run = RunAt(position, end);
            if (run.Source == SegmentSource.File && Info.Kind == DiskKind.Fixed)
            {
                foreach (DiskRange stored in Stored(run, position)) yield return stored;
            }
            else if (run.Source == SegmentSource.File)
            {
                yield return new DiskRange(position, run.Length);
            }
            else if (run.Source == SegmentSource.Parent && position < parent!.Length)
            {
                long inParent = Math.Min(run.Length, parent.Length - position);
                await foreach (DiskRange range in parent.AllocatedAsync(position, inParent, cancellation)) yield return range;
            }

            position += run.Length;
        }
    }

    /// <summary>A fixed file has a place for everything; the volume knows which places were ever written.</summary>
    private IEnumerable<DiskRange> Stored(DiskSegment run, long position)
    {
        long end = run.FileOffset + run.Length;
        for (long at = run.FileOffset; at < end && file.NextData(at, end) is { } data; at = data.End)
            yield return new DiskRange(data.Offset - run.FileOffset + position, data.Length);
    }

    private async ValueTask ReadParentAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        // A child may be longer than its parent, and what lies beyond is empty.
        int inParent = (int)Math.Clamp(parent!.Length - offset, 0, buffer.Length);
        if (inParent > 0) await parent.ReadAsync(offset, buffer[..inParent], cancellation);
        buffer.Span[inParent..].Clear();
    }
}
