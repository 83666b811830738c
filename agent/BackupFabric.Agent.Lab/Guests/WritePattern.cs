using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace BackupFabric.Agent.Lab.Guests;

/// <summary>The bytes of a write, computed from its kind and seed at any place: the truth needs no copy of them.</summary>
internal static class WritePattern
{
    private static readonly ulong[] Words = [.. "the data mail user file name host disk time page from with have this read open line work note item list part test blue form plan term week lake wind iron snow rice park king fire gold door hand head line mind moon road rock room root salt sand seed ship skin snow song star wall wave wolf wood word year zone"
        .Split(' ').Select(w => MemoryMarshal.Read<ulong>(System.Text.Encoding.ASCII.GetBytes(w.PadRight(7) + (w[0] > 'r' ? "\n" : " "))))];

    private static ReadOnlySpan<byte> PageMagic => "BFPAGE01"u8;

    /// <param name="offset">Place of <paramref name="target"/> within the write.</param>
    public static void Fill(WriteKind kind, ulong seed, long offset, Span<byte> target)
    {
        if (kind == WriteKind.Zero)
        {
            target.Clear();
            return;
        }

        int lead = (int)(offset & 7);
        if (lead != 0 || (target.Length & 7) != 0)
        {
            FillUnaligned(kind, seed, offset - lead, lead, target);
            return;
        }

        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(target);
        ulong index = (ulong)(offset >> 3);
        for (int i = 0; i < words.Length; i++)
            words[i] = Word(kind, seed, index + (ulong)i);
    }

    /// <summary>The transaction that a page holds; null when it is not a whole page of the application.</summary>
    public static long? TransactionOf(ReadOnlySpan<byte> page)
    {
        if (!page.StartsWith(PageMagic))
            return null;
        ulong transaction = BinaryPrimitives.ReadUInt64LittleEndian(page[8..]);
        byte[] expected = new byte[page.Length];
        Fill(WriteKind.Page, transaction, 0, expected);
        return page.SequenceEqual(expected) ? (long)transaction : null;
    }

    private static void FillUnaligned(WriteKind kind, ulong seed, long start, int lead, Span<byte> target)
    {
        byte[] whole = new byte[(lead + target.Length + 7) & ~7];
        Fill(kind, seed, start, whole);
        whole.AsSpan(lead, target.Length).CopyTo(target);
    }

    private static ulong Word(WriteKind kind, ulong seed, ulong index) => kind switch
    {
        WriteKind.Text => Words[(int)(SplitMix.At(seed, index) % (ulong)Words.Length)],
        WriteKind.Page when index == 0 => BinaryPrimitives.ReadUInt64LittleEndian(PageMagic),
        WriteKind.Page when index == 1 => seed,
        _ => SplitMix.At(seed, index),
    };
}
