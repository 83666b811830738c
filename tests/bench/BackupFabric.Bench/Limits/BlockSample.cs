using BackupFabric.Bench.Cutting;
using BackupFabric.Blocks;

namespace BackupFabric.Bench.Limits;

/// <summary>Content of a real disk in memory, taken evenly from all of it, and cut by the default rules.</summary>
internal sealed class BlockSample
{
    private readonly byte[] _bytes;

    private BlockSample(string path, byte[] bytes, List<(int Offset, int Length)> blocks, List<(long Offset, int Length)> spans) =>
        (Path, _bytes, Blocks, Spans) = (path, bytes, blocks, spans);

    public string Path { get; }

    public IReadOnlyList<(int Offset, int Length)> Blocks { get; }

    /// <summary>Where in the image the sample was taken.</summary>
    public IReadOnlyList<(long Offset, int Length)> Spans { get; }

    public long Bytes => Blocks.Sum(block => (long)block.Length);

    public ReadOnlySpan<byte> Block(int i) => _bytes.AsSpan(Blocks[i].Offset, Blocks[i].Length);

    public ReadOnlySpan<byte> All => _bytes;

    public static BlockSample Read(string path, int megabytes, CuttingRules rules)
    {
        using var image = new DiskImage(path);
        var spans = image.Length / rules.SpanBytes;
        var step = Math.Max(1, spans * rules.SpanBytes / ((long)megabytes << 20));
        var bytes = new byte[Math.Min(spans, (spans + step - 1) / step) * rules.SpanBytes];
        var (blocks, places, cuts, at) = (new List<(int, int)>(), new List<(long, int)>(), new List<BlockCut>(), 0);
        for (var span = 0L; span < spans && at < bytes.Length; span += step, at += (int)rules.SpanBytes)
        {
            var buffer = bytes.AsSpan(at, (int)rules.SpanBytes);
            image.Read(span * rules.SpanBytes, buffer);
            cuts.Clear();
            new Cutter(rules).Cut(buffer, cuts);
            foreach (var cut in cuts.Where(cut => !cut.IsHole)) blocks.Add((at + cut.Offset, cut.Length));
            places.Add((span * rules.SpanBytes, buffer.Length));
        }

        return new(path, bytes, blocks, places);
    }
}
