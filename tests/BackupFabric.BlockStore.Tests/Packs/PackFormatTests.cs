using BackupFabric.Blocks;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Packs;

public sealed class PackFormatTests
{
    private static readonly IdKey Key = new(new byte[32]);
    private static readonly PackNumber Pack = new(3, 7);
    private static readonly ulong Marker = PackFormat.MarkerOf(Key, PackKind.Data, Pack);

    [Fact]
    public void Sizes_are_what_the_format_says()
    {
        Assert.Equal(64, PackFormat.HeaderSize);
        Assert.Equal(52, PackFormat.RecordHeaderSize);
        Assert.Equal(56, PackFormat.RecordOverhead);
        Assert.Equal(48, PackTable.EntrySize);
        Assert.Equal(64, PackTable.FooterSize);
        Assert.Equal("00000003-00000007.pack", Pack.FileName);
    }

    [Theory]
    [InlineData("123456789", 0xE3069283)]
    [InlineData("", 0)]
    [InlineData("a", 0xC1D04330)]
    public void The_checksum_is_crc_32c(string text, uint expected)
    {
        var bytes = System.Text.Encoding.ASCII.GetBytes(text);
        Assert.Equal(expected, Crc32C.Of(bytes));
        for (var cut = 0; cut <= bytes.Length; cut++) Assert.Equal(expected, Crc32C.Of(bytes.AsSpan(0, cut), bytes.AsSpan(cut)));
    }

    [Fact]
    public void A_pack_number_is_read_only_from_its_own_name()
    {
        Assert.True(PackNumber.TryParse("00000003-00000007.pack", out var number));
        Assert.Equal(Pack, number);
        foreach (var name in new[] { "", "00000003-00000007", "00000003-00000007.pack.new", "0000000g-00000007.pack", "00000003_00000007.pack", "+0000003-00000007.pack", " 0000003-00000007.pack" })
            Assert.False(PackNumber.TryParse(name, out _), name);
    }

    [Fact]
    public async Task A_tail_torn_at_any_byte_costs_the_last_record_only()
    {
        var whole = PackOf(Payload(1, 300), Payload(2, 900), Payload(3, 200));
        var last = PackFormat.RecordSize(200);
        for (var cut = 1; cut <= last; cut++)
        {
            var found = await ScanAsync(whole[..^cut]);
            Assert.Equal(2, found.Count);
        }

        Assert.Equal(3, (await ScanAsync(whole)).Count);
        Assert.Equal(3, (await ScanAsync([.. whole, 1, 2, 3])).Count);
    }

    [Fact]
    public async Task Any_damaged_byte_costs_its_own_record_only()
    {
        var whole = PackOf(Payload(1, 300), Payload(2, 900), Payload(3, 200));
        for (var at = PackFormat.HeaderSize; at < whole.Length; at += 3)
        {
            var bytes = whole.ToArray();
            bytes[at] ^= 4;
            Assert.Equal(2, (await ScanAsync(bytes)).Count);
        }
    }

    [Fact]
    public async Task Lost_pages_are_passed_over_also_when_they_are_longer_than_a_window()
    {
        var (head, tail) = (PackOf(Payload(1, 300)), PackOf(Payload(2, 500)));
        var bytes = new byte[(5 << 20) + 17];
        head.CopyTo(bytes, 0);
        tail.AsSpan(PackFormat.HeaderSize).CopyTo(bytes.AsSpan(bytes.Length - (tail.Length - PackFormat.HeaderSize)));
        Assert.Equal(2, (await ScanAsync(bytes)).Count);
    }

    [Fact]
    public async Task Records_of_another_pack_inside_a_guests_disk_are_not_taken_for_records()
    {
        var other = PackNumber.TryParse("00000003-00000008.pack", out var number) ? PackFormat.MarkerOf(Key, PackKind.Data, number) : 0;
        var nested = new byte[PackFormat.RecordSize(100)];
        Write(nested, other, Payload(9, 100));
        var bytes = PackOf([.. Payload(1, 40), .. nested, .. Payload(2, 40)], Payload(3, 60));
        // The outer record is damaged, so the search passes over the nested one.
        bytes[PackFormat.HeaderSize + PackFormat.RecordHeaderSize] ^= 1;
        var found = Assert.Single(await ScanAsync(bytes));
        Assert.Equal(60, found.Place.PayloadLength);
    }

    [Fact]
    public async Task Foreign_bytes_never_break_the_scan_or_the_table_reader()
    {
        var random = new Random(5);
        var whole = PackOf(Payload(1, 300), Payload(2, 900), Payload(3, 200));
        for (var round = 0; round < 2000; round++)
        {
            var bytes = whole[..random.Next(whole.Length)].Concat(new byte[random.Next(200)]).ToArray();
            for (var i = 0; i < 8 && bytes.Length > 0; i++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            await using var volume = new MemoryVolume();
            volume.SetBytes("data/p", bytes);
            await using var file = await volume.OpenAsync("data/p", append: false, CancellationToken.None);
            Assert.True((await PackScanner.ScanAsync(file, Pack, Marker, CancellationToken.None)).Count <= 3);
            Assert.Null((await PackTable.TryReadAsync(file, Pack, CancellationToken.None)).Entries);
        }
    }

    private static byte[] PackOf(params byte[][] payloads)
    {
        var pack = new byte[PackFormat.HeaderSize + payloads.Sum(payload => PackFormat.RecordSize(payload.Length))];
        PackFormat.WriteHeader(pack, Guid.Empty, PackKind.Data, Pack);
        var at = PackFormat.HeaderSize;
        foreach (var payload in payloads)
        {
            Write(pack.AsSpan(at), Marker, payload);
            at += PackFormat.RecordSize(payload.Length);
        }

        return pack;
    }

    private static void Write(Span<byte> to, ulong marker, byte[] payload)
    {
        var id = Key.IdOf(payload);
        var place = new BlockPlace(Pack, 0, payload.Length, payload.Length, BlockCodec.None, 0);
        PackFormat.WriteRecord(to, marker, id, place, payload, PackFormat.Checksum(id, place, payload));
    }

    private static byte[] Payload(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static async Task<List<PackEntry>> ScanAsync(byte[] bytes)
    {
        await using var volume = new MemoryVolume();
        volume.SetBytes("data/p", bytes);
        await using var file = await volume.OpenAsync("data/p", append: false, CancellationToken.None);
        return await PackScanner.ScanAsync(file, Pack, Marker, CancellationToken.None);
    }
}
