using BackupFabric.Blocks.Lz4;

namespace BackupFabric.Blocks.Tests;

public sealed class BlockSealerTests
{
    public static TheoryData<BlockCodec> Codecs => [BlockCodec.None, BlockCodec.Lz4, BlockCodec.Zstd];

    [Theory]
    [MemberData(nameof(Codecs))]
    public void A_sealed_block_opens_to_itself(BlockCodec codec)
    {
        Assert.SkipUnless(BlockSealer.Supports(codec), "libzstd is not here.");
        using var sealer = new BlockSealer();
        for (var round = 0; round < 100; round++)
        {
            var plain = round % 5 == 4 ? TestBytes.Random(round, 5000) : TestBytes.Mixed(round, round * 700);
            var payload = new GuardedMemory(BlockSealer.BoundOf(plain.Length));
            var length = sealer.Seal(plain, codec, payload.Span, out var used);
            Assert.True(payload.IsIntact);
            Assert.True(used == codec || used == BlockCodec.None);
            Assert.True(used == BlockCodec.None ? length == plain.Length : length <= plain.Length - plain.Length / 32);
            var opened = new GuardedMemory(plain.Length);
            Assert.True(sealer.TryOpen(used, payload.Span[..length], opened.Span));
            Assert.True(opened.IsIntact && opened.Span.SequenceEqual(plain));
        }
    }

    [Theory]
    [InlineData(BlockCodec.Lz4)]
    [InlineData(BlockCodec.Zstd)]
    public void Blocks_that_do_not_shrink_are_stored_as_they_are(BlockCodec codec)
    {
        using var sealer = new BlockSealer();
        var plain = TestBytes.Random(1, 65_536);
        var payload = new byte[BlockSealer.BoundOf(plain.Length)];
        Assert.Equal(plain.Length, sealer.Seal(plain, codec, payload, out var used));
        Assert.Equal(BlockCodec.None, used);
        Assert.Equal(plain, payload[..plain.Length]);

        // Two percent zeros are not worth a decoder's time either.
        plain.AsSpan(0, plain.Length / 50).Clear();
        sealer.Seal(plain, codec, payload, out used);
        Assert.Equal(BlockCodec.None, used);
        plain.AsSpan(0, plain.Length / 20).Clear();
        sealer.Seal(plain, codec, payload, out used);
        Assert.NotEqual(BlockCodec.None, used);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void A_damaged_payload_is_refused_or_gives_other_bytes_but_never_more(BlockCodec codec)
    {
        Assert.SkipUnless(BlockSealer.Supports(codec), "libzstd is not here.");
        using var sealer = new BlockSealer();
        var random = new Random(9);
        var plain = TestBytes.Words(9, 20_000);
        var payload = new byte[BlockSealer.BoundOf(plain.Length)];
        var length = sealer.Seal(plain, codec, payload, out var used);
        Assert.Equal(codec, used);
        var opened = new GuardedMemory(plain.Length);
        for (var round = 0; round < 2000; round++)
        {
            var damaged = payload.AsSpan(0, random.Next(length + 1)).ToArray();
            if (damaged.Length > 0) damaged[random.Next(damaged.Length)] ^= (byte)random.Next(1, 256);
            sealer.TryOpen(codec, damaged, opened.Span);
            Assert.True(opened.IsIntact);
        }

        Assert.False(sealer.TryOpen(codec, payload.AsSpan(0, length - 1), opened.Span));
        Assert.False(sealer.TryOpen(codec, payload.AsSpan(0, length), new byte[plain.Length - 1]));
        Assert.False(sealer.TryOpen(codec, payload.AsSpan(0, length), new byte[plain.Length + 1]));
    }

    [Fact]
    public void An_unknown_codec_is_not_supported_and_opens_nothing()
    {
        using var sealer = new BlockSealer();
        Assert.False(BlockSealer.Supports((BlockCodec)3));
        Assert.False(sealer.TryOpen((BlockCodec)3, new byte[4], new byte[4]));
    }

    [Fact]
    public async Task The_zstd_tool_opens_our_blocks_and_we_open_its()
    {
        ExternalTool.Require("zstd");
        Assert.True(BlockSealer.Supports(BlockCodec.Zstd), "The zstd tool is here and libzstd is not.");
        using var sealer = new BlockSealer(zstdLevel: 3);
        var plain = TestBytes.Words(10, 65_536);
        var payload = new byte[BlockSealer.BoundOf(plain.Length)];
        var length = sealer.Seal(plain, BlockCodec.Zstd, payload, out _);
        Assert.Equal(plain, await ExternalTool.RunAsync("zstd", payload[..length], "-d", "-c"));
        var theirs = await ExternalTool.RunAsync("zstd", plain, "-5", "-c");
        var opened = new byte[plain.Length];
        Assert.True(sealer.TryOpen(BlockCodec.Zstd, theirs, opened));
        Assert.Equal(plain, opened);
    }

    [Fact]
    public void Sealing_and_opening_allocates_nothing()
    {
        using var sealer = new BlockSealer();
        var plain = TestBytes.Words(11, 65_536);
        var payload = new byte[BlockSealer.BoundOf(plain.Length)];
        foreach (var codec in new[] { BlockCodec.None, BlockCodec.Lz4, BlockCodec.Zstd })
        {
            Round(codec);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var round = 0; round < 20; round++) Round(codec);
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        }

        void Round(BlockCodec codec)
        {
            var length = sealer.Seal(plain, codec, payload, out var used);
            if (!sealer.TryOpen(used, payload.AsSpan(0, length), plain)) throw new InvalidOperationException("The block does not open.");
        }
    }

    [Fact]
    public void Too_small_a_destination_is_refused_before_anything_is_written()
    {
        using var sealer = new BlockSealer();
        Assert.Throws<ArgumentException>(() => sealer.Seal(new byte[100], BlockCodec.None, new byte[BlockSealer.BoundOf(100) - 1], out _));
        Assert.Throws<ArgumentException>(() => new Lz4Compressor(1).Compress(new byte[100], new byte[100], 100));
    }

    [Theory]
    [InlineData(BlockCodec.None, 0, true)]
    [InlineData(BlockCodec.None, 1, false)]
    [InlineData(BlockCodec.Lz4, 1, true)]
    [InlineData(BlockCodec.Lz4, 64, true)]
    [InlineData(BlockCodec.Lz4, 65, false)]
    [InlineData(BlockCodec.Lz4, -1, false)]
    [InlineData(BlockCodec.Zstd, -50, true)]
    [InlineData(BlockCodec.Zstd, 19, true)]
    [InlineData(BlockCodec.Zstd, 20, false)]
    public void A_level_is_one_that_the_codec_has_or_is_refused(BlockCodec codec, int level, bool has)
    {
        Assert.Equal(has, BlockSealer.HasLevel(codec, level));
        if (has) BlockSealer.Of(codec, level).Dispose();
        else Assert.Throws<ArgumentOutOfRangeException>(() => BlockSealer.Of(codec, level));
    }
}
