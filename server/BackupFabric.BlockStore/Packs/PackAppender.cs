using System.Buffers;
using BackupFabric.Blocks;
using BackupFabric.BlockStore.Index;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Packs;

internal enum AppendOutcome
{
    Stored,
    StoredAlready,
    NoRoom,
}

/// <summary>
/// One pack being written. Records are copied once, into one of two buffers: one fills while the other is written to the file. A record that is not written
/// yet is read from the buffers. <see cref="TryAppend"/> and <see cref="TryReadBuffered"/> may be called by anybody; the rest is serialized by <see cref="PackSet"/>.
/// </summary>
internal sealed class PackAppender
{
    private readonly Lock gate = new();
    private readonly PackFiles.Lease lease;
    private readonly ulong marker;
    private readonly long bytesMax;
    private readonly List<PackEntry> entries = [];
    private byte[] filling;
    private byte[] draining;
    private int filled;
    private int drainLength;
    private long drainStart;
    private long flushed;
    private bool closed;
    private IOException? flushFault;

    public PackAppender(PackNumber pack, PackFiles.Lease lease, ulong marker, long bytesMax, int bufferBytes)
    {
        (Pack, this.lease, this.marker, this.bytesMax) = (pack, lease, marker, bytesMax);
        filling = ArrayPool<byte>.Shared.Rent(bufferBytes);
        draining = ArrayPool<byte>.Shared.Rent(bufferBytes);
        drainStart = lease.File.Length;
        BufferBytes = bufferBytes;
    }

    public PackNumber Pack { get; }

    public IReadOnlyList<PackEntry> Entries => entries;

    /// <summary>The pack's length once the buffers are written.</summary>
    public long Length
    {
        get { lock (gate) return drainStart + drainLength + filled; }
    }

    /// <summary>The file's length, the table included once there is one.</summary>
    public long FileLength => File.Length;

    private int BufferBytes { get; }

    private IVolumeFile File => lease.File;

    /// <summary>Copies a record in and makes it known to the index, unless another copy is known by now.</summary>
    public AppendOutcome TryAppend(BlockIndex index, in BlockId id, in BlockPlace unplaced, ReadOnlySpan<byte> payload, uint checksum)
    {
        var size = PackFormat.RecordSize(payload.Length);
        lock (gate)
        {
            if (closed || IsBeyond(size) || filled + size > BufferBytes) return AppendOutcome.NoRoom;
            var place = unplaced with { Pack = Pack, Offset = (uint)(drainStart + drainLength + filled) };
            if (!index.TryAdd(id, place)) return AppendOutcome.StoredAlready;
            PackFormat.WriteRecord(filling.AsSpan(filled, size), marker, id, place, payload, checksum);
            filled += size;
            entries.Add(new(id, place));
            return AppendOutcome.Stored;
        }
    }

    /// <summary>Whether a record of that size belongs into the next pack.</summary>
    public bool IsFullFor(int recordSize)
    {
        lock (gate) return closed || IsBeyond(recordSize);
    }

    /// <summary>No more records; what is buffered is still to be written.</summary>
    public void Close()
    {
        lock (gate) closed = true;
    }

    /// <summary>False when the bytes are in the file, or were never here.</summary>
    public bool TryReadBuffered(long offset, Span<byte> destination)
    {
        lock (gate)
        {
            var fillStart = drainStart + drainLength;
            var (buffer, start, length) = offset >= fillStart ? (filling, fillStart, filled) : (draining, drainStart, drainLength);
            if (offset < start || offset + destination.Length > start + length) return false;
            buffer.AsSpan((int)(offset - start), destination.Length).CopyTo(destination);
            return true;
        }
    }

    /// <summary>Writes what fills now, and what an earlier failure left. After a failure all of it is still here, readable, and the next call goes on.</summary>
    public async ValueTask WriteOutAsync(bool everything)
    {
        await DrainAsync();
        if (!everything) return;
        while (HasBuffered()) await DrainAsync();
    }

    /// <summary>Makes what was written durable. A failure is final: after one, an operating system may call lost bytes flushed.</summary>
    public async ValueTask FlushAsync()
    {
        if (flushFault is not null) throw RepositoryErrors.WriteFailed(File.Name, flushFault);
        var written = File.Length;
        if (Volatile.Read(ref flushed) >= written) return;
        try
        {
            await File.FlushAsync(CancellationToken.None);
        }
        catch (IOException exception)
        {
            flushFault = exception;
            throw RepositoryErrors.WriteFailed(File.Name, exception);
        }

        Volatile.Write(ref flushed, Math.Max(Volatile.Read(ref flushed), written));
    }

    /// <summary>
    /// Ends a closed, written pack. The records are flushed before the table is appended: a table that a crash left promises that its records are whole.
    /// </summary>
    public async ValueTask SealAsync()
    {
        await FlushAsync();
        await PackSealing.AppendTableAsync(File, Pack, entries);
        await FlushAsync();
    }

    /// <summary>Gives the buffers back and lets go of the file. Only after a seal, or when the repository ends.</summary>
    public void Release()
    {
        lock (gate)
        {
            closed = true;
            filled = drainLength = 0;
            ArrayPool<byte>.Shared.Return(filling);
            ArrayPool<byte>.Shared.Return(draining);
            filling = draining = [];
        }

        lease.Dispose();
    }

    private async ValueTask DrainAsync()
    {
        lock (gate)
        {
            if (drainLength == 0)
            {
                (filling, draining) = (draining, filling);
                (drainLength, filled) = (filled, 0);
            }

            if (drainLength == 0) return;
        }

        await File.AppendAsync(draining.AsMemory(0, drainLength), CancellationToken.None);
        lock (gate) (drainStart, drainLength) = (drainStart + drainLength, 0);
    }

    private bool HasBuffered()
    {
        lock (gate) return filled + drainLength > 0;
    }

    private bool IsBeyond(int size) => entries.Count > 0 && drainStart + drainLength + filled + size > bytesMax;
}
