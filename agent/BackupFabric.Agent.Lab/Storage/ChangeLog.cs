using System.Buffers.Binary;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Storage;

/// <summary>
/// The resilient change tracking of one disk: an append-only file of marks (frozen moments) and written ranges. A range is in the file before the guest's write
/// is in the image. Used under the VM's lock, except for reading.
/// </summary>
/// <remarks>Layout: 16 bytes magic, 16 bytes tracking id, then records of 24 bytes: kind (u32), mark (u32), offset (i64), length (i64), little-endian.</remarks>
internal sealed class ChangeLog
{
    /// <summary>What the tracking rounds to. Microsoft does not say what Hyper-V's is.</summary>
    public const int Granularity = 16 * 1024;

    private const int HeaderSize = 32;
    private const int RecordSize = 24;
    private const long CompactAbove = 1024 * 1024;

    private static readonly byte[] Magic = "BFLAB-RCT-LOG-1\n"u8.ToArray();

    private readonly string _path;

    private ChangeLog(string path, Guid tracking, List<Entry> entries)
    {
        _path = path;
        Tracking = tracking;
        Entries = entries;
    }

    private enum EntryKind : uint { Range = 1, Mark = 2, Drop = 3 }

    public Guid Tracking { get; }

    private List<Entry> Entries { get; }

    public static void Create(string path, Guid tracking) => File.WriteAllBytes(path, Header(tracking));

    /// <summary>Null when there is no usable change log at this place.</summary>
    public static ChangeLog? TryRead(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        if (bytes.Length < HeaderSize || !bytes.AsSpan(0, Magic.Length).SequenceEqual(Magic))
            return null;
        List<Entry> entries = [];
        for (int at = HeaderSize; at + RecordSize <= bytes.Length; at += RecordSize)
            entries.Add(Entry.Read(bytes.AsSpan(at, RecordSize)));
        return new(path, new Guid(bytes.AsSpan(Magic.Length, 16)), entries);
    }

    public static void AppendMark(string path, int mark) => Append(path, [new(EntryKind.Mark, mark, 0, 0)]);

    /// <summary>Says nothing when the log has been taken away: then the tracking is lost, and queries say so.</summary>
    public static void AppendRanges(string path, IEnumerable<DiskRange> ranges)
    {
        if (File.Exists(path))
            Append(path, ranges.Select(r => new Entry(EntryKind.Range, 0, r.Offset, r.Length)));
    }

    /// <summary>The mark is no longer a valid starting point; ranges that no mark needs are let go.</summary>
    public static void Drop(string path, int mark)
    {
        if (!File.Exists(path))
            return;
        Append(path, [new(EntryKind.Drop, mark, 0, 0)]);
        if (new FileInfo(path).Length > CompactAbove)
            TryRead(path)?.Compact();
    }

    public bool Knows(int mark) =>
        Entries.Any(e => e.Kind == EntryKind.Mark && e.Mark == mark) && !Entries.Any(e => e.Kind == EntryKind.Drop && e.Mark == mark);

    /// <summary>What was written after <paramref name="fromMark"/> and, when given, before <paramref name="toMark"/>.</summary>
    public Extents Changes(int fromMark, int? toMark, long diskLength)
    {
        List<DiskRange> ranges = [];
        bool counting = false;
        foreach (Entry entry in Entries)
        {
            if (entry.Kind == EntryKind.Mark && entry.Mark == fromMark)
                counting = true;
            if (entry.Kind == EntryKind.Mark && entry.Mark == toMark)
                break;
            if (counting && entry.Kind == EntryKind.Range)
                ranges.Add(new(entry.Offset, entry.Length));
        }

        return Extents.Of(ranges).RoundTo(Granularity, diskLength);
    }

    private static void Append(string path, IEnumerable<Entry> entries)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 64 * 1024);
        // A record cut off by a killed process is written over.
        file.Position = HeaderSize + ((file.Length - HeaderSize) / RecordSize * RecordSize);
        Span<byte> record = stackalloc byte[RecordSize];
        foreach (Entry entry in entries)
        {
            entry.Write(record);
            file.Write(record);
        }

        file.Flush();
    }

    private void Compact()
    {
        HashSet<int> dropped = [.. Entries.Where(e => e.Kind == EntryKind.Drop).Select(e => e.Mark)];
        List<Entry> kept = [];
        List<DiskRange> run = [];
        foreach (Entry entry in Entries)
        {
            if (entry.Kind == EntryKind.Range && kept.Count > 0)
                run.Add(new(entry.Offset, entry.Length));
            if (entry.Kind != EntryKind.Mark || dropped.Contains(entry.Mark))
                continue;
            kept.AddRange(Coalesced(run));
            run.Clear();
            kept.Add(entry);
        }

        kept.AddRange(Coalesced(run));
        string fresh = _path + ".new";
        File.WriteAllBytes(fresh, Header(Tracking));
        Append(fresh, kept);
        File.Move(fresh, _path, overwrite: true);
    }

    private static IEnumerable<Entry> Coalesced(List<DiskRange> ranges) =>
        Extents.Of(ranges).Ranges.Select(r => new Entry(EntryKind.Range, 0, r.Offset, r.Length));

    private static byte[] Header(Guid tracking) => [.. Magic, .. tracking.ToByteArray()];

    private readonly record struct Entry(EntryKind Kind, int Mark, long Offset, long Length)
    {
        public static Entry Read(ReadOnlySpan<byte> source) => new(
            (EntryKind)BinaryPrimitives.ReadUInt32LittleEndian(source),
            BinaryPrimitives.ReadInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]));

        public void Write(Span<byte> target)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)Kind);
            BinaryPrimitives.WriteInt32LittleEndian(target[4..], Mark);
            BinaryPrimitives.WriteInt64LittleEndian(target[8..], Offset);
            BinaryPrimitives.WriteInt64LittleEndian(target[16..], Length);
        }
    }
}
