using System.Buffers.Binary;
using BackupFabric.Blocks;
using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Verification;

internal readonly record struct SetAsideEntry(PackKind Kind, BlockId Id, PackNumber Pack, uint Offset);

/// <summary>The body of the file that lists damaged records.</summary>
internal static class SetAsideFormat
{
    /// <summary>192 MiB of them. What is beyond is not remembered, and found again by the next cycle.</summary>
    public const int EntriesMax = 4 << 20;

    private const int HeaderSize = 16;
    private const int EntrySize = 48;

    public static byte[] Encode(long state, IReadOnlyList<SetAsideEntry> entries)
    {
        var count = Math.Min(entries.Count, EntriesMax);
        var body = new byte[HeaderSize + count * EntrySize];
        BinaryPrimitives.WriteInt64LittleEndian(body, state);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(8), count);
        for (var i = 0; i < count; i++) Write(body.AsSpan(HeaderSize + i * EntrySize), entries[i]);
        return body;
    }

    public static bool TryDecode(ReadOnlySpan<byte> body, out long state, List<SetAsideEntry> entries)
    {
        state = 0;
        if (body.Length < HeaderSize || (body.Length - HeaderSize) % EntrySize != 0) return false;
        var count = BinaryPrimitives.ReadInt32LittleEndian(body[8..]);
        if (count != (body.Length - HeaderSize) / EntrySize) return false;
        state = BinaryPrimitives.ReadInt64LittleEndian(body);
        for (var at = HeaderSize; at < body.Length; at += EntrySize)
        {
            var entry = Read(body[at..]);
            if (entry.Kind is not (PackKind.Data or PackKind.Map)) return false;
            entries.Add(entry);
        }

        return true;
    }

    private static void Write(Span<byte> to, in SetAsideEntry entry)
    {
        entry.Id.Write(to);
        BinaryPrimitives.WriteUInt64LittleEndian(to[32..], entry.Pack.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(to[40..], entry.Offset);
        to[44] = (byte)entry.Kind;
    }

    private static SetAsideEntry Read(ReadOnlySpan<byte> from) => new(
        (PackKind)from[44], BlockId.Read(from), new(BinaryPrimitives.ReadUInt64LittleEndian(from[32..])), BinaryPrimitives.ReadUInt32LittleEndian(from[40..]));
}
