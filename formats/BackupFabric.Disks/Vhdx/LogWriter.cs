using System.Buffers;
using System.Buffers.Binary;
using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhdx;

/// <summary>
/// Appends entries to the log of a file. The log is a ring of which the active sequence uses at most half: so the sequence before it, whose
/// changes are all in place, still lies there whole until the new one is durable, and a torn entry never leaves a log without a sequence.
/// </summary>
internal sealed class LogWriter(IImageFile file, long logOffset, long logLength, Guid logGuid)
{
    private long _head;
    private long _tail;
    private ulong _sequence;

    /// <summary>Whether one more entry with this many pages fits before everything must be brought in place.</summary>
    public bool HasRoom(int pages) => _head - _tail + EntryLength(pages) <= logLength / 2;

    /// <param name="flushedLength">What the file surely has after a power loss.</param>
    /// <param name="lastLength">What the file must have for these changes to make sense.</param>
    public void Append(IReadOnlyCollection<KeyValuePair<long, byte[]>> pages, long flushedLength, long lastLength)
    {
        int length = EntryLength(pages.Count);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Span<byte> entry = buffer.AsSpan(0, length);
            Build(entry, pages, flushedLength, lastLength);
            int position = (int)(_head % logLength);
            int first = (int)Math.Min(length, logLength - position);
            file.Write(logOffset + position, entry[..first]);
            if (first < length) file.Write(logOffset, entry[first..]);
            _head += length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>All changes so far are durable in their places: the next entry begins a new sequence.</summary>
    public void Restart() => _tail = _head;

    private void Build(Span<byte> entry, IReadOnlyCollection<KeyValuePair<long, byte[]>> pages, long flushedLength, long lastLength)
    {
        int data = (int)LogEntry.DescriptorSectors(pages.Count) * LogEntry.Sector;
        entry[..data].Clear();
        ulong sequence = ++_sequence;
        LogEntryHeader header = new((uint)entry.Length, (uint)(_tail % logLength), sequence, (uint)pages.Count, logGuid, flushedLength, lastLength);
        header.Write(entry);
        int descriptor = LogEntryHeader.Size;
        foreach ((long fileOffset, byte[] page) in pages)
        {
            LogDescriptor.ForPage(page, fileOffset, sequence).Write(entry[descriptor..]);
            LogDataSector.Write(entry.Slice(data, LogEntry.Sector), page, sequence);
            descriptor += LogDescriptor.Size;
            data += LogEntry.Sector;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], Crc32C.OfStructure(entry));
    }

    private static int EntryLength(int pages) => ((int)LogEntry.DescriptorSectors(pages) + pages) * LogEntry.Sector;
}
