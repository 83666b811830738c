using System.Buffers.Binary;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Packs;

/// <summary>The table at the end of a sealed pack, and the footer that finds it.</summary>
internal static class PackTable
{
    public const int EntrySize = 48;
    public const int FooterSize = 64;
    private const int ChecksumAt = FooterSize - sizeof(uint);

    public static ReadOnlySpan<byte> Magic => "BFTABLE\n"u8;

    public static int SizeOf(int entries) => entries * EntrySize + FooterSize;

    public static void Write(Span<byte> destination, PackNumber pack, long tableOffset, IReadOnlyList<PackEntry> entries)
    {
        var table = destination[..(entries.Count * EntrySize)];
        for (var i = 0; i < entries.Count; i++) WriteEntry(table[(i * EntrySize)..], entries[i]);
        var footer = destination.Slice(table.Length, FooterSize);
        footer.Clear();
        Magic.CopyTo(footer);
        BinaryPrimitives.WriteUInt16LittleEndian(footer[8..], PackFormat.Version);
        BinaryPrimitives.WriteUInt16LittleEndian(footer[10..], PackFormat.Version);
        BinaryPrimitives.WriteInt32LittleEndian(footer[12..], entries.Count);
        BinaryPrimitives.WriteInt64LittleEndian(footer[16..], tableOffset);
        BinaryPrimitives.WriteUInt64LittleEndian(footer[24..], pack.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(footer[32..], Crc32C.Of(table));
        BinaryPrimitives.WriteUInt32LittleEndian(footer[ChecksumAt..], Crc32C.Of(footer[..ChecksumAt]));
    }

    /// <summary>The entries of a sealed pack; null when it has no whole table (never sealed, or damaged: the fault tells which).</summary>
    public static async Task<(List<PackEntry>? Entries, string? Fault)> TryReadAsync(IVolumeFile file, PackNumber pack, CancellationToken cancellation)
    {
        if (file.Length < PackFormat.HeaderSize + FooterSize) return (null, null);
        var footer = new byte[FooterSize];
        await file.ReadAsync(file.Length - FooterSize, footer, cancellation);
        if (!footer.AsSpan(0, 8).SequenceEqual(Magic)) return (null, null);
        if (BinaryPrimitives.ReadUInt32LittleEndian(footer.AsSpan(ChecksumAt)) != Crc32C.Of(footer.AsSpan(0, ChecksumAt))) return (null, "its footer's checksum does not match");
        if (BinaryPrimitives.ReadUInt64LittleEndian(footer.AsSpan(24)) != pack.Value) return (null, "its table belongs to another pack");
        var count = BinaryPrimitives.ReadInt32LittleEndian(footer.AsSpan(12));
        var offset = BinaryPrimitives.ReadInt64LittleEndian(footer.AsSpan(16));
        if (count < 0 || offset < PackFormat.HeaderSize || offset + (long)count * EntrySize + FooterSize != file.Length) return (null, "its footer does not fit its length");

        var table = new byte[count * EntrySize];
        await file.ReadAsync(offset, table, cancellation);
        if (Crc32C.Of(table) != BinaryPrimitives.ReadUInt32LittleEndian(footer.AsSpan(32))) return (null, "its table's checksum does not match");
        var entries = new List<PackEntry>(count);
        for (var i = 0; i < count; i++) entries.Add(ReadEntry(table.AsSpan(i * EntrySize), pack));
        return (entries, null);
    }

    private static void WriteEntry(Span<byte> to, in PackEntry entry)
    {
        PackFormat.WriteSummedHeader(to, entry.Id, entry.Place);
        BinaryPrimitives.WriteUInt32LittleEndian(to[PackFormat.SummedHeaderSize..], entry.Place.Offset);
    }

    private static PackEntry ReadEntry(ReadOnlySpan<byte> from, PackNumber pack) =>
        PackFormat.ReadSummedHeader(from, pack, BinaryPrimitives.ReadUInt32LittleEndian(from[PackFormat.SummedHeaderSize..]));
}
