using System.Buffers.Binary;
using BackupFabric.Blocks;
using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Index;

/// <summary>
/// The bytes of an index run: pages of sorted entries, then the first key of every page, then the packs that the run covers, then a footer.
/// FORMAT.md section "Index runs" says the same in words.
/// </summary>
internal static class IndexRunFormat
{
    public const int PageSize = 4096;
    public const int EntrySize = 48;
    public const int EntriesPerPage = 85;
    public const int CountAt = EntriesPerPage * EntrySize;
    public const int ChecksumAt = PageSize - sizeof(uint);
    public const int FenceSize = sizeof(ulong);
    public const int PackSize = 16;
    public const int FooterSize = 64;
    public const ushort Version = 1;

    public static ReadOnlySpan<byte> Magic => "BFINDEX\n"u8;

    /// <summary>The first eight bytes of an id as a number that sorts like the bytes.</summary>
    public static ulong KeyOf(in BlockId id) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(id.A) : id.A;

    public static void WriteEntry(Span<byte> to, in PackEntry entry, int packOrdinal)
    {
        var place = entry.Place;
        entry.Id.Write(to);
        BinaryPrimitives.WriteInt32LittleEndian(to[32..], packOrdinal);
        BinaryPrimitives.WriteUInt32LittleEndian(to[36..], place.Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(to[40..], (uint)place.PayloadLength | (uint)place.Codec << 24);
        BinaryPrimitives.WriteUInt32LittleEndian(to[44..], (uint)place.PlainLength | (uint)place.Flags << 24);
    }

    public static PackEntry ReadEntry(ReadOnlySpan<byte> from, ReadOnlySpan<IndexedPack> packs)
    {
        var payload = BinaryPrimitives.ReadUInt32LittleEndian(from[40..]);
        var plain = BinaryPrimitives.ReadUInt32LittleEndian(from[44..]);
        var pack = packs[PackOrdinalOf(from)].Number;
        return new(
            BlockId.Read(from),
            new(pack, BinaryPrimitives.ReadUInt32LittleEndian(from[36..]), (int)(payload & BlockPlace.LengthMax), (int)(plain & BlockPlace.LengthMax), (BlockCodec)(payload >> 24), (byte)(plain >> 24)));
    }

    public static int PackOrdinalOf(ReadOnlySpan<byte> entry) => BinaryPrimitives.ReadInt32LittleEndian(entry[32..]);

    /// <summary>Which entry of a page has that id; negative when none has.</summary>
    public static int Search(ReadOnlySpan<byte> page, int count, in BlockId id)
    {
        int low = 0, high = count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            var order = BlockId.Read(page[(middle * EntrySize)..]).CompareTo(id);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle;
        }

        return -1;
    }

    public static void FinishPage(Span<byte> page, int count)
    {
        page[(count * EntrySize)..].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(page[CountAt..], count);
        BinaryPrimitives.WriteUInt32LittleEndian(page[ChecksumAt..], Crc32C.Of(page[..ChecksumAt]));
    }

    /// <summary>Entries in a page, or -1 when it is damaged.</summary>
    public static int CountOf(ReadOnlySpan<byte> page)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(page[ChecksumAt..]) != Crc32C.Of(page[..ChecksumAt])) return -1;
        var count = BinaryPrimitives.ReadInt32LittleEndian(page[CountAt..]);
        return count is > 0 and <= EntriesPerPage ? count : -1;
    }

    public static byte[] EncodeTail(Guid repository, PackKind kind, long entries, ReadOnlySpan<ulong> fences, ReadOnlySpan<IndexedPack> packs)
    {
        var tail = new byte[fences.Length * FenceSize + packs.Length * PackSize + FooterSize];
        var at = 0;
        foreach (var fence in fences) at = Put(tail, at, fence);
        foreach (var pack in packs) at = Put(tail, Put(tail, at, pack.Number.Value), (ulong)pack.Length);
        var footer = tail.AsSpan(at);
        Magic.CopyTo(footer);
        BinaryPrimitives.WriteUInt16LittleEndian(footer[8..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(footer[10..], Version);
        footer[12] = (byte)kind;
        repository.TryWriteBytes(footer[16..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(footer[32..], entries);
        BinaryPrimitives.WriteInt32LittleEndian(footer[40..], fences.Length);
        BinaryPrimitives.WriteInt32LittleEndian(footer[44..], packs.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(footer[48..], Crc32C.Of(tail.AsSpan(0, at)));
        BinaryPrimitives.WriteUInt32LittleEndian(footer[60..], Crc32C.Of(footer[..60]));
        return tail;
    }

    private static int Put(Span<byte> bytes, int at, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[at..], value);
        return at + sizeof(ulong);
    }
}

/// <param name="Length">The pack's length when the run was made; another length now makes the run stale.</param>
internal readonly record struct IndexedPack(PackNumber Number, long Length);
