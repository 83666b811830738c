namespace BackupFabric.Blocks.Tests;

/// <summary>Seeded bytes of different character.</summary>
internal static class TestBytes
{
    public static byte[] Random(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Words from a small vocabulary: compresses about as text does.</summary>
    public static byte[] Words(int seed, int length)
    {
        var random = new Random(seed);
        var vocabulary = Enumerable.Range(0, 400).Select(_ => Enumerable.Range(0, random.Next(2, 10)).Select(_ => (byte)random.Next('a', 'z' + 1)).ToArray()).ToArray();
        var bytes = new byte[length];
        for (var at = 0; at < length;)
        {
            var word = vocabulary[(int)(random.NextDouble() * random.NextDouble() * vocabulary.Length)];
            var part = Math.Min(word.Length, length - at);
            word.AsSpan(0, part).CopyTo(bytes.AsSpan(at));
            at += part;
            if (at < length) bytes[at++] = (byte)' ';
        }

        return bytes;
    }

    /// <summary>Runs, repeats at all distances, and noise, mixed: what walks through every branch of a codec.</summary>
    public static byte[] Mixed(int seed, int length)
    {
        var random = new Random(seed);
        var bytes = new byte[length];
        for (var at = 0; at < length;)
        {
            var part = Math.Min(length - at, random.Next(8) == 0 ? random.Next(1, 3000) : random.Next(1, 60));
            var target = bytes.AsSpan(at, part);
            switch (random.Next(4))
            {
                case 0:
                    random.NextBytes(target);
                    break;
                case 1:
                    target.Fill((byte)random.Next(3));
                    break;
                default:
                    var distance = Math.Min(at, random.Next(3) == 0 ? random.Next(1, 70_000) : random.Next(1, 40));
                    for (var i = 0; i < part; i++) target[i] = distance == 0 ? (byte)i : bytes[at + i - distance];
                    break;
            }

            at += part;
        }

        return bytes;
    }
}
