using System.Buffers;
using BackupFabric.Blocks.Maps;

namespace BackupFabric.Blocks.Tests.Maps;

public sealed class SpanLeafTests
{
    private static readonly IdKey Key = new(new byte[32]);

    [Fact]
    public void A_leaf_decodes_to_its_entries_with_holes_merged()
    {
        var random = new Random(31);
        for (var round = 0; round < 400; round++)
        {
            var entries = RandomEntries(random, random.Next(1, 300));
            var total = entries.Sum(e => e.Clusters);
            var decoded = new List<SpanEntry>();
            var encoded = Encode(entries);
            Assert.True(SpanLeaf.TryDecode(encoded, total, decoded));
            Assert.Equal(Merged(entries), decoded);
            Assert.Equal(encoded, Encode(decoded));
            Assert.NotEqual(0, encoded.Length % Cluster.Size);
            Assert.Equal(total, SpanLeaf.ClustersOf(encoded));
            foreach (var other in new[] { 0, -1, total - 1, total + 1, int.MaxValue }) Assert.False(SpanLeaf.TryDecode(encoded, other, decoded));
        }
    }

    [Fact]
    public void A_span_of_holes_has_an_empty_leaf()
    {
        Assert.Empty(Encode([new(3, BlockId.Zero), new(5, BlockId.Zero)]));
        var decoded = new List<SpanEntry>();
        Assert.True(SpanLeaf.TryDecode([], 8, decoded));
        Assert.Equal([new SpanEntry(8, BlockId.Zero)], decoded);
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_are_the_canonical_form_of_what_they_decode_to()
    {
        var random = new Random(32);
        var decoded = new List<SpanEntry>();
        for (var round = 0; round < 30_000; round++)
        {
            var entries = RandomEntries(random, random.Next(1, 12));
            var total = entries.Sum(e => e.Clusters);
            var bytes = Encode(entries);
            if (bytes.Length == 0) continue;
            var damaged = Damage(random, bytes);
            if (!SpanLeaf.TryDecode(damaged, total, decoded)) continue;
            Assert.Equal(damaged, Encode(decoded));
            Assert.Equal(total, decoded.Sum(e => e.Clusters));
            Assert.All(decoded, e => Assert.True(e.Clusters > 0));
        }
    }

    [Fact]
    public void Every_shortened_or_lengthened_leaf_is_refused()
    {
        var entries = RandomEntries(new Random(33), 40);
        entries.Add(new SpanEntry(1, Id(1)));
        var total = entries.Sum(e => e.Clusters);
        var bytes = Encode(entries);
        var decoded = new List<SpanEntry>();
        for (var length = 1; length < bytes.Length; length++) Assert.False(SpanLeaf.TryDecode(bytes.AsSpan(0, length), total, decoded));
        Assert.False(SpanLeaf.TryDecode([.. bytes, 0], total, decoded));
        Assert.Empty(decoded);
    }

    [Theory]
    [InlineData("05 0A")] // one hole only: has no leaf
    [InlineData("05 0A 00")]
    [InlineData("06 02 04 07 ID")] // two holes side by side
    [InlineData("05 00 0B ID")] // hole of no clusters
    [InlineData("05 01 ID 0B ID")] // block of no clusters
    [InlineData("05 8B 00 ID")] // length not in its shortest form
    [InlineData("85 00 0B ID")]
    [InlineData("05 0B ZERO")] // block with the id of a hole
    [InlineData("05 0D ID")] // more clusters than the span
    [InlineData("05 FF FF FF FF 7F ID")] // more than 32 bits
    [InlineData("05 FF FF FF FF FF FF ID")]
    [InlineData("00")]
    [InlineData("FF FF FF FF 0F 0B ID")]
    public void Every_other_spelling_is_refused(string body)
    {
        var hex = body.Replace("ID", new string('7', 64), StringComparison.Ordinal).Replace("ZERO", new string('0', 64), StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        byte[] bytes = [.. SpanLeaf.Magic, .. Convert.FromHexString(hex)];
        var decoded = new List<SpanEntry>();
        foreach (var total in new[] { 5, 6, int.MaxValue }) Assert.False(SpanLeaf.TryDecode(bytes, total, decoded));
    }

    [Fact]
    public void No_leaf_is_as_long_as_a_block()
    {
        // Leaves around the length of a cluster: where one would be exactly that long, a byte is added.
        var padded = 0;
        for (var large = 0; large < 40; large++)
        {
            var entries = Enumerable.Range(0, 123).Select(i => new SpanEntry(i < large ? 100 : 1, Id(i))).Concat([new SpanEntry(1, BlockId.Zero)]).ToList();
            var bytes = Encode(entries);
            Assert.NotEqual(0, bytes.Length % Cluster.Size);
            if (bytes.Length != Cluster.Size + 1) continue;
            padded++;
            var decoded = new List<SpanEntry>();
            Assert.True(SpanLeaf.TryDecode(bytes, entries.Sum(e => e.Clusters), decoded));
            Assert.False(SpanLeaf.TryDecode(bytes.AsSpan(0, Cluster.Size), entries.Sum(e => e.Clusters), decoded));
            bytes[^1] = 1;
            Assert.False(SpanLeaf.TryDecode(bytes, entries.Sum(e => e.Clusters), decoded));
        }

        Assert.NotEqual(0, padded);
    }

    [Fact]
    public void Entries_that_make_no_leaf_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Encode([new(0, Id(1))]));
        Assert.Throws<ArgumentException>(() => Encode([new(-1, BlockId.Zero)]));
        Assert.Throws<ArgumentException>(() => Encode([new(int.MaxValue, Id(1)), new(int.MaxValue, Id(1))]));
    }

    internal static BlockId Id(int number) => Key.IdOf(BitConverter.GetBytes(number));

    internal static byte[] Encode(IReadOnlyList<SpanEntry> entries)
    {
        var output = new ArrayBufferWriter<byte>();
        SpanLeaf.Encode(entries, output);
        return output.WrittenSpan.ToArray();
    }

    private static List<SpanEntry> RandomEntries(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new SpanEntry(random.Next(8) == 0 ? random.Next(1, 5000) : random.Next(1, 70), random.Next(3) == 0 ? BlockId.Zero : Id(random.Next(50))))];

    private static List<SpanEntry> Merged(List<SpanEntry> entries)
    {
        var merged = new List<SpanEntry>();
        foreach (var entry in entries)
        {
            if (entry.IsHole && merged.Count > 0 && merged[^1].IsHole) merged[^1] = new SpanEntry(merged[^1].Clusters + entry.Clusters, BlockId.Zero);
            else merged.Add(entry);
        }

        return merged;
    }

    private static byte[] Damage(Random random, byte[] bytes)
    {
        var damaged = bytes.ToList();
        switch (random.Next(4))
        {
            case 0:
                damaged[random.Next(damaged.Count)] = (byte)random.Next(256);
                break;
            case 1:
                damaged.Insert(random.Next(damaged.Count + 1), (byte)random.Next(256));
                break;
            case 2:
                damaged.RemoveAt(random.Next(damaged.Count));
                break;
            default:
                damaged[random.Next(damaged.Count)] ^= (byte)(1 << random.Next(8));
                break;
        }

        return [.. damaged];
    }
}
