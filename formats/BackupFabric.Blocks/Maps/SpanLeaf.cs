using System.Buffers;

namespace BackupFabric.Blocks.Maps;

/// <summary>
/// The leaf of a disk map: the entries of one span, in order, covering it exactly (the last span of a disk may be shorter).
/// Adjacent holes are merged. A span that is a hole throughout has no leaf: its encoding is empty. Encoded as FORMAT.md says; the same bytes travel
/// in SpanMap messages.
/// </summary>
public static class SpanLeaf
{
    private const int VarintMax = 5;

    /// <summary>Begins every leaf; the last byte is the version.</summary>
    public static ReadOnlySpan<byte> Magic => "BFL\x01"u8;

    public static bool IsLeaf(ReadOnlySpan<byte> encoded) => encoded.StartsWith(Magic);

    public static void Encode(IReadOnlyList<SpanEntry> entries, IBufferWriter<byte> output)
    {
        long total = 0;
        var blocks = 0;
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Clusters <= 0) throw new ArgumentException($"Entry {i} of a leaf has {entries[i].Clusters} clusters; at least one is expected.", nameof(entries));
            total += entries[i].Clusters;
            if (!entries[i].IsHole) blocks++;
        }

        if (total > CuttingRules.SpanClustersMax) throw new ArgumentException($"A leaf of {total} clusters is longer than any span.", nameof(entries));
        if (blocks == 0) return;
        var destination = output.GetSpan(Magic.Length + VarintMax + entries.Count * (VarintMax + BlockId.Size) + 1);
        Magic.CopyTo(destination);
        var length = Magic.Length + PutVarint(destination[Magic.Length..], (uint)total);
        for (var i = 0; i < entries.Count;) length += PutEntry(destination[length..], entries, ref i);

        // A block's length is a multiple of the cluster; a leaf's never is, so no disk content can have a leaf's bytes, and thereby its id.
        if (length % Cluster.Size == 0) destination[length++] = 0;
        output.Advance(length);
    }

    /// <summary>False when the bytes are not a leaf that covers exactly <paramref name="spanClusters"/> clusters: hostile or damaged input.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> encoded, int spanClusters, List<SpanEntry> entries)
    {
        entries.Clear();
        if (spanClusters <= 0) return false;
        if (encoded.IsEmpty)
        {
            entries.Add(new SpanEntry(spanClusters, BlockId.Zero));
            return true;
        }

        if (TryReadHeader(encoded, out var total, out var body) && total == spanClusters && TryReadEntries(encoded, body, total, entries)) return true;
        entries.Clear();
        return false;
    }

    /// <summary>The clusters that an encoded leaf says it covers; 0 when it is not a leaf. Reads the header only.</summary>
    public static int ClustersOf(ReadOnlySpan<byte> encoded) => TryReadHeader(encoded, out var total, out _) ? total : 0;

    private static bool TryReadHeader(ReadOnlySpan<byte> encoded, out int clusters, out int length)
    {
        (clusters, length) = (0, Magic.Length);
        return IsLeaf(encoded) && TryReadVarint(encoded, ref length, out var total) && (clusters = (int)Math.Min(total, int.MaxValue)) is > 0 and <= CuttingRules.SpanClustersMax;
    }

    private static bool TryReadEntries(ReadOnlySpan<byte> encoded, int at, int total, List<SpanEntry> entries)
    {
        var covered = 0;
        bool afterHole = false, anyBlock = false;
        while (covered < total)
        {
            if (!TryReadVarint(encoded, ref at, out var head)) return false;
            var isBlock = (head & 1) != 0;
            var clusters = head >> 1;
            if (clusters == 0 || clusters > (uint)(total - covered) || (!isBlock && afterHole)) return false;
            var id = BlockId.Zero;
            if (isBlock)
            {
                if (encoded.Length - at < BlockId.Size) return false;
                id = BlockId.Read(encoded[at..]);
                if (id.IsZero) return false;
                at += BlockId.Size;
            }

            entries.Add(new SpanEntry((int)clusters, id));
            covered += (int)clusters;
            afterHole = !isBlock;
            anyBlock |= isBlock;
        }

        return anyBlock && (at % Cluster.Size == 0 ? encoded.Length == at + 1 && encoded[at] == 0 : encoded.Length == at);
    }

    /// <summary>Writes the entry at <paramref name="i"/>, together with the holes that follow it when it is one, and moves on.</summary>
    private static int PutEntry(Span<byte> destination, IReadOnlyList<SpanEntry> entries, ref int i)
    {
        var (clusters, id) = entries[i++];
        if (!id.IsZero)
        {
            var head = PutVarint(destination, (uint)clusters << 1 | 1);
            id.Write(destination[head..]);
            return head + BlockId.Size;
        }

        for (; i < entries.Count && entries[i].IsHole; i++) clusters += entries[i].Clusters;
        return PutVarint(destination, (uint)clusters << 1);
    }

    private static int PutVarint(Span<byte> destination, uint value)
    {
        var length = 0;
        for (; value >= 0x80; value >>= 7) destination[length++] = (byte)(value | 0x80);
        destination[length++] = (byte)value;
        return length;
    }

    /// <summary>LEB128, shortest form only, at most 32 bits.</summary>
    private static bool TryReadVarint(ReadOnlySpan<byte> encoded, ref int at, out uint value)
    {
        value = 0;
        for (var shift = 0; shift < 7 * VarintMax && at < encoded.Length; shift += 7)
        {
            var part = encoded[at++];
            if (shift == 28 && part > 0x0F) return false;
            value |= (uint)(part & 0x7F) << shift;
            if (part < 0x80) return part != 0 || shift == 0;
        }

        return false;
    }
}
