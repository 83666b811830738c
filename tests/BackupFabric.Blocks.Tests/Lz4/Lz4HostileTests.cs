using BackupFabric.Blocks.Lz4;

namespace BackupFabric.Blocks.Tests.Lz4;

public sealed class Lz4HostileTests
{
    private const int Mutations = 100_000;

    [Fact]
    public void Mutated_streams_never_leave_the_spans()
    {
        var random = new Random(40_077);
        var samples = Enumerable.Range(0, 24).Select(i => Sample(i, random.Next(1, 3000))).ToArray();
        for (var round = 0; round < Mutations; round++)
        {
            var (payload, plainLength) = samples[random.Next(samples.Length)];
            var mutated = Mutate(random, payload);
            var length = random.Next(3) == 0 ? random.Next(2 * plainLength) : plainLength;
            var bed = FencedMemory.Holding(mutated, length);
            _ = Lz4Decoder.TryDecode(bed.Input, bed.Output);
            Assert.True(bed.IsIntact, $"round {round}");
        }
    }

    [Fact]
    public void A_stream_opened_to_another_length_than_its_own_is_refused()
    {
        for (var seed = 0; seed < 24; seed++)
        {
            var (payload, length) = Sample(seed, 700 + seed * 100);
            Assert.True(Lz4Decoder.TryDecode(payload, new byte[length]));
            Assert.False(Lz4Decoder.TryDecode(payload, new byte[length - 1]));
            Assert.False(Lz4Decoder.TryDecode(payload, new byte[length + 1]));
            Assert.False(Lz4Decoder.TryDecode(payload, []));
        }
    }

    [Fact]
    public void Every_shortened_stream_is_refused()
    {
        var (payload, length) = Sample(4, 2500);
        for (var cut = 0; cut < payload.Length; cut++) Assert.False(Lz4Decoder.TryDecode(payload.AsSpan(0, cut), new byte[length]), $"cut at {cut}");
    }

    [Theory]
    [InlineData("")] // nothing at all
    [InlineData("10 41 00 00 10 41")] // offset 0
    [InlineData("10 41 02 00 10 41")] // offset before the start
    [InlineData("10 41 01 00")] // ends after a match
    [InlineData("F0")] // length goes on beyond the end
    [InlineData("FF FF FF FF FF FF FF FF FF FF")]
    [InlineData("1F 41 01 00 FF FF FF FF")]
    [InlineData("20 41")] // fewer literals than announced
    public void A_malformed_stream_is_refused(string hex)
    {
        var payload = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        foreach (var length in new[] { 0, 1, 6, 100 }) Assert.False(Lz4Decoder.TryDecode(payload, new byte[length]));
    }

    private static (byte[] Payload, int PlainLength) Sample(int seed, int length)
    {
        var plain = Lz4BlockTests.Make(seed % 3 == 0 ? "words" : seed % 3 == 1 ? "mixed" : "zeros", seed, length + 600);
        var payload = new byte[BlockSealer.BoundOf(plain.Length)];
        var size = new Lz4Compressor(1).Compress(plain, payload, plain.Length);
        Assert.NotEqual(0, size);
        return (payload[..size], plain.Length);
    }

    private static byte[] Mutate(Random random, byte[] payload)
    {
        var mutated = random.Next(4) == 0 ? payload[..random.Next(payload.Length + 1)] : payload.ToArray();
        for (var change = random.Next(1, 6); change > 0 && mutated.Length > 0; change--)
        {
            mutated[random.Next(mutated.Length)] = random.Next(3) switch
            {
                0 => 0xFF,
                1 => 0,
                _ => (byte)random.Next(256),
            };
        }

        return mutated;
    }
}
