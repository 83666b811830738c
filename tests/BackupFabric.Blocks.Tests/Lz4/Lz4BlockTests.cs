using BackupFabric.Blocks.Lz4;

namespace BackupFabric.Blocks.Tests.Lz4;

public sealed class Lz4BlockTests
{
    private static readonly string[] Kinds = ["words", "mixed", "zeros", "random"];

    public static TheoryData<string, int> KindsAndAccelerations => [.. from kind in Kinds from acceleration in (int[])[1, 2, 5] select (kind, acceleration)];

    [Theory]
    [MemberData(nameof(KindsAndAccelerations))]
    public void What_was_compressed_opens_to_the_same_bytes(string kind, int acceleration)
    {
        var compressor = new Lz4Compressor(acceleration);
        var random = new Random(1);
        for (var round = 0; round < 300; round++)
        {
            var length = round < 120 ? round : random.Next(300_000);
            var plain = Make(kind, round, length);
            var payload = new GuardedMemory(BlockSealer.BoundOf(length));
            var size = compressor.Compress(plain, payload.Span, length);
            Assert.True(payload.IsIntact);
            if (size == 0) continue;
            AssertOpens(payload.Span[..size], plain);
        }
    }

    [Theory]
    [InlineData("words", 0.5)]
    [InlineData("zeros", 0.01)]
    public void Compressible_blocks_shrink(string kind, double share)
    {
        var plain = Make(kind, 5, 65_536);
        var size = new Lz4Compressor(1).Compress(plain, new byte[BlockSealer.BoundOf(plain.Length)], plain.Length);
        Assert.InRange(size, 1, (int)(share * plain.Length));
    }

    [Fact]
    public void A_result_longer_than_allowed_is_given_up_and_one_that_fits_is_not()
    {
        for (var round = 0; round < 200; round++)
        {
            var plain = TestBytes.Mixed(round, 20_000);
            var payload = new GuardedMemory(BlockSealer.BoundOf(plain.Length));
            var size = new Lz4Compressor(1).Compress(plain, payload.Span, plain.Length);
            Assert.NotEqual(0, size);
            Assert.Equal(0, new Lz4Compressor(1).Compress(plain, payload.Span, size - 1));
            Assert.True(payload.IsIntact);

            // The check is early, so a little more than the result may be asked for, never more than a few bytes.
            Assert.Equal(size, new Lz4Compressor(1).Compress(plain, payload.Span, Math.Min(plain.Length, size + size / 255 + 8)));
        }
    }

    [Fact]
    public void A_compressor_that_served_many_blocks_forgets_them()
    {
        // The table of positions is shared by all blocks; nothing of an earlier block may ever be matched.
        var compressor = new Lz4Compressor(1);
        var payload = new byte[BlockSealer.BoundOf(4 << 20)];
        var large = TestBytes.Words(1, 4 << 20);
        var small = TestBytes.Words(2, 5000);
        var fresh = new Lz4Compressor(1).Compress(small, payload, small.Length);
        for (var round = 0; round < 500; round++) compressor.Compress(round % 50 == 0 ? large : large.AsSpan(0, 100_000), payload, 100_000);
        for (var round = 0; round < 3; round++)
        {
            var size = compressor.Compress(small, payload, small.Length);
            Assert.Equal(fresh, size);
            AssertOpens(payload.AsSpan(0, size), small);
        }
    }

    [Theory]
    [InlineData(65_535, true)]
    [InlineData(65_536, false)]
    [InlineData(65_537, false)]
    [InlineData(131_072, false)]
    public void A_repetition_is_used_as_far_as_a_match_reaches_and_no_farther(int distance, bool used)
    {
        var random = TestBytes.Random(1, distance);
        byte[] plain = [.. random, .. random];
        foreach (var acceleration in (int[])[1, 2, 3])
        {
            var payload = new byte[BlockSealer.BoundOf(plain.Length)];
            var size = new Lz4Compressor(acceleration).Compress(plain, payload, plain.Length);
            Assert.Equal(used, size > 0);
            if (used) AssertOpens(payload.AsSpan(0, size), plain);
        }
    }

    [Fact]
    public void An_acceleration_still_gives_blocks_that_open()
    {
        var plain = TestBytes.Words(3, 100_000);
        var payload = new byte[BlockSealer.BoundOf(plain.Length)];
        var slow = new Lz4Compressor(1).Compress(plain, payload, plain.Length);
        var fast = new Lz4Compressor(8).Compress(plain, payload, plain.Length);
        Assert.True(fast >= slow);
        AssertOpens(payload.AsSpan(0, fast), plain);
    }

    internal static byte[] Make(string kind, int seed, int length) => kind switch
    {
        "words" => TestBytes.Words(seed, length),
        "mixed" => TestBytes.Mixed(seed, length),
        "zeros" => new byte[length],
        _ => TestBytes.Random(seed, length),
    };

    private static void AssertOpens(ReadOnlySpan<byte> payload, byte[] plain)
    {
        var opened = new GuardedMemory(plain.Length);
        Assert.True(Lz4Decoder.TryDecode(payload, opened.Span));
        Assert.True(opened.IsIntact);
        Assert.True(plain.AsSpan().SequenceEqual(opened.Span));
    }
}
