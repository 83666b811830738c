using BackupFabric.Blocks;

namespace BackupFabric.Server.Tests.Kit;

/// <summary>The bytes of a guest's disk: made from a seed, with holes, and changeable.</summary>
internal sealed class TestDisk(string key, byte[] bytes)
{
    public string Key { get; } = key;

    public byte[] Bytes { get; } = bytes;

    public long Length => Bytes.Length;

    /// <param name="length">Not necessarily whole clusters.</param>
    public static TestDisk Random(string key, int length, int seed)
    {
        var bytes = new byte[length];
        var random = new Random(seed);
        for (var at = 0; at < length; at += 1 << 20)
        {
            var piece = bytes.AsSpan(at, Math.Min(1 << 20, length - at));
            switch (random.Next(4))
            {
                case 0:
                    break;
                case 1:
                    // Compressible.
                    for (var i = 0; i < piece.Length; i++) piece[i] = (byte)(1 + (i >> 9) % 17 + seed % 7);
                    break;
                default:
                    random.NextBytes(piece);
                    break;
            }
        }

        return new TestDisk(key, bytes);
    }

    public void Change(int offset, int length, int seed) => new Random(seed).NextBytes(Bytes.AsSpan(offset, length));

    /// <summary>Compares every byte; what lies behind the disk's end is padding.</summary>
    public void MustBe(byte[] recovered)
    {
        Assert.InRange(recovered.Length, Bytes.Length, Bytes.Length + Cluster.Size - 1);
        var differs = Bytes.AsSpan().CommonPrefixLength(recovered);
        Assert.True(differs == Bytes.Length, $"The disk differs at {differs}.");
    }

    /// <summary>A span as the server sees it: whole clusters, zero beyond the end.</summary>
    public byte[] Span(long span, long spanBytes)
    {
        var offset = span * spanBytes;
        var length = (int)Math.Min(spanBytes, Length - offset);
        var padded = new byte[Cluster.Covering(length) * Cluster.Size];
        Bytes.AsSpan((int)offset, length).CopyTo(padded);
        return padded;
    }
}
