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
    private readonly Lock _gate = new();
    private readonly PackFiles.Lease _lease;
    private readonly ulong _marker;
    private readonly long _bytesMax;
    private readonly List<PackEntry> _entries = [];
    private byte[] _filling;
    private byte[] _draining;
    private int _filled;
    private int _drainLength;
    private long _drainStart;
    private long _flushed;
    private bool _closed;
    private IOException? _flushFault;

    public PackAppender(PackNumber pack, PackFiles.Lease lease, ulong marker, long bytesMax, int bufferBytes)
    {
        (Pack, _lease, _marker, _bytesMax) = (pack, lease, marker, bytesMax);
        _filling = ArrayPool<byte>.Shared.Rent(bufferBytes);
        _draining = ArrayPool<byte>.Shared.Rent(bufferBytes);
        _drainStart = lease.File.Length;
        BufferBytes = bufferBytes;
    }

    public PackNumber Pack { get; }

    public IReadOnlyList<PackEntry> Entries => _entries;

    /// <summary>The pack's length once the buffers are written.</summary>
    public long Length
    {
        get { lock (_gate) return _drainStart + _drainLength + _filled; }
    }

    /// <summary>The file's length, the table included once there is one.</summary>
    public long FileLength => File.Length;

    private int BufferBytes { get; }

    private IVolumeFile File => _lease.File;

    /// <summary>Copies a record in and makes it known to the index, unless another copy is known by now.</summary>
    public AppendOutcome TryAppend(BlockIndex index, in BlockId id, in BlockPlace unplaced, ReadOnlySpan<byte> payload, uint checksum)
    {
        var size = PackFormat.RecordSize(payload.Length);
        lock (_gate)
        {
            if (_closed || IsBeyond(size) || _filled + size > BufferBytes) return AppendOutcome.NoRoom;
            var place = unplaced with { Pack = Pack, Offset = (uint)(_drainStart + _drainLength + _filled) };
            if (!index.TryAdd(id, place)) return AppendOutcome.StoredAlready;
            PackFormat.WriteRecord(_filling.AsSpan(_filled, size), _marker, id, place, payload, checksum);
            _filled += size;
            _entries.Add(new(id, place));
            return AppendOutcome.Stored;
        }
    }

    /// <summary>The records that are in the file by now, and where they end.</summary>
    public (PackEntry[] Entries, long End) Written()
    {
        lock (_gate)
        {
            var end = _drainStart;
            return ([.. _entries.TakeWhile(entry => entry.Place.Offset < end)], end);
        }
    }

    /// <summary>Whether a record of that size belongs into the next pack.</summary>
    public bool IsFullFor(int recordSize)
    {
        lock (_gate) return _closed || IsBeyond(recordSize);
    }

    /// <summary>No more records; what is buffered is still to be written.</summary>
    public void Close()
    {
        lock (_gate) _closed = true;
    }

    /// <summary>False when the bytes are in the file, or were never here.</summary>
    public bool TryReadBuffered(long offset, Span<byte> destination)
    {
        lock (_gate)
        {
            var fillStart = _drainStart + _drainLength;
            var (buffer, start, length) = offset >= fillStart ? (_filling, fillStart, _filled) : (_draining, _drainStart, _drainLength);
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
        if (_flushFault is not null) throw RepositoryErrors.WriteFailed(File.Name, _flushFault);
        var written = File.Length;
        if (Volatile.Read(ref _flushed) >= written) return;
        try
        {
            await File.FlushAsync(CancellationToken.None);
        }
        catch (IOException exception)
        {
            _flushFault = exception;
            throw RepositoryErrors.WriteFailed(File.Name, exception);
        }

        Volatile.Write(ref _flushed, Math.Max(Volatile.Read(ref _flushed), written));
    }

    /// <summary>
    /// Ends a closed, written pack. The records are flushed before the table is appended: a table that a crash left promises that its records are whole.
    /// </summary>
    public async ValueTask SealAsync()
    {
        await FlushAsync();
        await PackSealing.AppendTableAsync(File, Pack, _entries);
        await FlushAsync();
    }

    /// <summary>Gives the buffers back and lets go of the file. Only after a seal, or when the repository ends.</summary>
    public void Release()
    {
        lock (_gate)
        {
            _closed = true;
            _filled = _drainLength = 0;
            ArrayPool<byte>.Shared.Return(_filling);
            ArrayPool<byte>.Shared.Return(_draining);
            _filling = _draining = [];
        }

        _lease.Dispose();
    }

    private async ValueTask DrainAsync()
    {
        lock (_gate)
        {
            if (_drainLength == 0)
            {
                (_filling, _draining) = (_draining, _filling);
                (_drainLength, _filled) = (_filled, 0);
            }

            if (_drainLength == 0) return;
        }

        await File.AppendAsync(_draining.AsMemory(0, _drainLength), CancellationToken.None);
        lock (_gate) (_drainStart, _drainLength) = (_drainStart + _drainLength, 0);
    }

    private bool HasBuffered()
    {
        lock (_gate) return _filled + _drainLength > 0;
    }

    private bool IsBeyond(int size) => _entries.Count > 0 && _drainStart + _drainLength + _filled + size > _bytesMax;
}
