using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhdx;

/// <summary>
/// [MS-VHDX] 2.3.2: the active sequence of a log: the entries, oldest first, whose changes may not have reached their places. Replaying them
/// twice does no harm.
/// </summary>
internal sealed class LogSequence
{
    /// <summary>Writers use 1 MiB; more than this is no log that we would hold in memory.</summary>
    private const int LogLengthMax = 64 * VhdxLayout.MiB;

    /// <summary>More zeros than any block or table has are not a table change but an attempt to keep us busy.</summary>
    private const long ZeroLengthMax = 1L << 32;

    private readonly byte[] _log;

    private LogSequence(byte[] log, IReadOnlyList<LogEntry> entries)
    {
        _log = log;
        Entries = entries;
    }

    public IReadOnlyList<LogEntry> Entries { get; }

    private LogEntryHeader Head => Entries[^1].Header;

    public long LastFileOffset => Head.LastFileOffset;

    /// <summary>What must be replayed; null when the log is empty.</summary>
    public static LogSequence? Read(IImageFile file, VhdxHeader header)
    {
        if (header.LogGuid == Guid.Empty) return null;
        if (header.LogLength > LogLengthMax)
            throw ImageFault.Unsupported(file.Path, $"its log has {header.LogLength} bytes and is not empty", "Open and close it once with the program that made it.");
        byte[] log = GC.AllocateUninitializedArray<byte>((int)header.LogLength);
        file.Read(header.LogOffset, log);
        List<LogEntry> intact = Intact(log, header.LogGuid);
        // A writer names the log in the header before or after its first entry; without one intact entry, nothing was changed in place yet.
        if (intact.Count == 0) return null;
        IReadOnlyList<LogEntry> active = Active(log.Length, intact)
            ?? throw ImageFault.Damaged(file.Path, "its log has entries, but no complete sequence of them");
        LogSequence sequence = new(log, active);
        sequence.Check(file, header);
        return sequence;
    }

    /// <summary>All changes in order; the data of a page is valid until the next step.</summary>
    public IEnumerable<LogChange> Changes()
    {
        byte[] page = new byte[VhdxLayout.PageSize];
        foreach (LogEntry entry in Entries)
        {
            long data = LogEntry.DescriptorSectors(entry.Header.DescriptorCount);
            for (int i = 0; i < entry.Header.DescriptorCount; i++)
            {
                LogDescriptor descriptor = entry.Descriptor(_log, i);
                if (descriptor.IsZero)
                {
                    yield return new LogChange(descriptor.FileOffset, (long)descriptor.LeadingBytesOrZeroLength, null);
                    continue;
                }

                LogDataSector.Restore(entry.SectorAt(_log, data++), descriptor, page);
                yield return new LogChange(descriptor.FileOffset, VhdxLayout.PageSize, page);
            }
        }
    }

    private static List<LogEntry> Intact(byte[] log, Guid logGuid)
    {
        List<LogEntry> intact = [];
        for (long position = 0; position < log.Length; position += LogEntry.Sector)
        {
            if (LogEntry.TryRead(log, position, logGuid) is { } entry) intact.Add(entry);
        }

        return intact;
    }

    /// <summary>The newest entry that can be reached without a gap from the tail it names.</summary>
    private static List<LogEntry>? Active(long logLength, List<LogEntry> intact)
    {
        Dictionary<long, LogEntry> at = intact.ToDictionary(e => e.Position);
        foreach (LogEntry head in intact.OrderByDescending(e => e.Header.SequenceNumber))
        {
            List<LogEntry> chain = [];
            long position = head.Header.Tail;
            while (at.TryGetValue(position, out LogEntry? entry) && chain.Count < intact.Count
                && (chain.Count == 0 || entry.Header.SequenceNumber == chain[^1].Header.SequenceNumber + 1))
            {
                chain.Add(entry);
                if (entry == head) return chain;
                position = entry.Next(logLength);
            }
        }

        return null;
    }

    private void Check(IImageFile file, VhdxHeader header)
    {
        if (Head.FlushedFileOffset > file.Length || Head.FlushedFileOffset < 0)
            throw ImageFault.Damaged(file.Path, $"its log says that it had {Head.FlushedFileOffset} bytes, and it has {file.Length}");
        if (Head.LastFileOffset is < 0 or > VhdxLayout.FileSizeMax)
            throw ImageFault.Damaged(file.Path, $"its log asks for a file of {Head.LastFileOffset} bytes");
        long end = Math.Max(Head.LastFileOffset, file.Length), zeros = 0;
        long logEnd = header.LogOffset + header.LogLength;
        foreach (LogChange change in Changes())
        {
            bool sound = change.FileOffset >= VhdxLayout.RegionTable1Offset && change.FileOffset % VhdxLayout.PageSize == 0
                && change.Length > 0 && change.Length % VhdxLayout.PageSize == 0 && change.FileOffset <= end - change.Length
                && (change.FileOffset >= logEnd || change.FileOffset + change.Length <= header.LogOffset);
            if (change.Page is null && sound) zeros += change.Length;
            if (!sound || zeros > ZeroLengthMax)
                throw ImageFault.Damaged(file.Path, $"its log wants to change {change.Length} bytes at {change.FileOffset}, where nothing is to be changed");
        }
    }
}
