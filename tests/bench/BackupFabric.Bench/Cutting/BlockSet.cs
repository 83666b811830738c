using BackupFabric.Blocks;

namespace BackupFabric.Bench.Cutting;

/// <summary>
/// The blocks a repository would have. One of every <c>sample</c> new blocks, chosen by its id, is compressed with each codec; the totals are
/// scaled by the plain bytes, which keeps the estimate within a fraction of a per cent.
/// </summary>
internal sealed class BlockSet(int sample, int zstdLevel) : IDisposable
{
    private readonly HashSet<BlockId> _known = [];
    private readonly BlockSealer _sealer = new(zstdLevel);
    private byte[] _payload = [];
    private Tally _step;

    public int Count => _known.Count;

    public void Add(in BlockId id, ReadOnlySpan<byte> plain)
    {
        _step.Blocks++;
        if (!_known.Add(id)) return;
        _step.NewBlocks++;
        _step.NewBytes += plain.Length;
        if (id.D % (ulong)sample != 0) return;
        if (_payload.Length < BlockSealer.BoundOf(plain.Length)) _payload = new byte[BlockSealer.BoundOf(plain.Length)];
        _step.SampledBytes += plain.Length;
        _step.SampledLz4 += _sealer.Seal(plain, BlockCodec.Lz4, _payload, out _);
        _step.SampledZstd += _sealer.Seal(plain, BlockCodec.Zstd, _payload, out _);
    }

    /// <summary>What was added since the last call.</summary>
    public StepGrowth TakeStep()
    {
        var step = _step;
        _step = default;
        var scale = step.SampledBytes == 0 ? 0 : (double)step.NewBytes / step.SampledBytes;
        return new(step.Blocks, step.NewBlocks, step.NewBytes, (long)(step.SampledLz4 * scale), (long)(step.SampledZstd * scale));
    }

    public void Dispose() => _sealer.Dispose();

    private struct Tally
    {
        public long Blocks, NewBlocks, NewBytes, SampledBytes, SampledLz4, SampledZstd;
    }
}

/// <summary>What one import adds: blocks it consists of, blocks and bytes that were not there before.</summary>
internal sealed record StepGrowth(long Blocks, long NewBlocks, long NewBytes, long Lz4Bytes, long ZstdBytes);
