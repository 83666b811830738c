using System.Buffers.Binary;

namespace BackupFabric.Disks.Vhdx;

/// <summary>[MS-VHDX] 2.3.1: an intact entry found in the log.</summary>
internal sealed record LogEntry(LogEntryHeader Header, long Position)
{
    public const int Sector = VhdxLayout.PageSize;

    public long Next(long logLength) => (Position + Header.EntryLength) % logLength;

    /// <summary>Sectors that a header and this many descriptors fill.</summary>
    public static long DescriptorSectors(long descriptors) => (LogEntryHeader.Size + (descriptors * LogDescriptor.Size) + Sector - 1) / Sector;

    /// <summary>The entry at a position of the log, which is a ring, if there is a whole one that belongs to the log as it is now.</summary>
    public static LogEntry? TryRead(ReadOnlySpan<byte> log, long position, Guid logGuid)
    {
        LogEntryHeader? header = LogEntryHeader.TryParse(log[(int)position..]);
        if (header is null || header.LogGuid != logGuid || header.SequenceNumber == 0) return null;
        if (header.EntryLength < Sector || header.EntryLength % Sector != 0 || header.EntryLength > log.Length) return null;
        if (header.Tail % Sector != 0 || header.Tail >= log.Length) return null;
        LogEntry entry = new(header, position);
        // The shape is checked before the checksum: since each sector says what it is, no two positions can claim long
        // overlapping entries, so a hostile log costs no more than one pass.
        return entry.HasSoundShape(log) && entry.HasSoundChecksum(log) ? entry : null;
    }

    public LogDescriptor Descriptor(ReadOnlySpan<byte> log, int index)
    {
        long inside = LogEntryHeader.Size + ((long)index * LogDescriptor.Size);
        return LogDescriptor.TryParse(log[(int)((Position + inside) % log.Length)..], out LogDescriptor descriptor)
            ? descriptor
            : throw new InvalidOperationException("An entry was read whose shape had not been checked.");
    }

    public ReadOnlySpan<byte> SectorAt(ReadOnlySpan<byte> log, long number) => log.Slice((int)((Position + (number * Sector)) % log.Length), Sector);

    private bool HasSoundShape(ReadOnlySpan<byte> log)
    {
        long sectors = Header.EntryLength / Sector;
        long descriptorSectors = DescriptorSectors(Header.DescriptorCount);
        if (descriptorSectors > sectors) return false;
        long data = descriptorSectors;
        for (int i = 0; i < Header.DescriptorCount; i++)
        {
            long place = (Position + LogEntryHeader.Size + ((long)i * LogDescriptor.Size)) % log.Length;
            if (!LogDescriptor.TryParse(log[(int)place..], out LogDescriptor descriptor) || descriptor.SequenceNumber != Header.SequenceNumber) return false;
            if (descriptor.IsZero) continue;
            if (data >= sectors || !LogDataSector.Belongs(SectorAt(log, data), Header.SequenceNumber)) return false;
            data++;
        }

        return data == sectors;
    }

    private bool HasSoundChecksum(ReadOnlySpan<byte> log)
    {
        Crc32C crc = new();
        ReadOnlySpan<byte> first = SectorAt(log, 0);
        crc.Add(first[..4]);
        crc.Add([0, 0, 0, 0]);
        crc.Add(first[8..]);
        for (long i = 1; i < Header.EntryLength / Sector; i++) crc.Add(SectorAt(log, i));
        return crc.Value == BinaryPrimitives.ReadUInt32LittleEndian(first[4..]);
    }
}
