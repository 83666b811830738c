using System.Buffers;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.Blocks.Spans;
using BackupFabric.BlockStore.Sessions;

namespace BackupFabric.BlockStore.Import;

/// <summary>
/// One worker: reads a span, cuts and hashes it, packs and stores what is lacking, and describes it. Its buffers (a span, a packed block) are reused from span to
/// span. Not thread-safe.
/// </summary>
internal sealed class SpanImporter(Repository repository, StoreSession session, ISourceDisk source, ImportOptions options, SealClaims claims, ImportMeter meter) : IDisposable
{
    /// <summary>Of the blocks that are packed here, every so many is opened again and compared: a codec that fails is found within the first spans.</summary>
    private const int BlocksPerProof = 16;

    private readonly byte[] _span = GC.AllocateUninitializedArray<byte>((int)repository.Rules.SpanBytes, pinned: true);
    private readonly byte[] _payload = GC.AllocateUninitializedArray<byte>(BlockSealer.BoundOf(repository.Rules.GreatestBytes), pinned: true);
    private readonly byte[] _opened = GC.AllocateUninitializedArray<byte>(repository.Rules.GreatestBytes, pinned: true);
    private readonly Cutter _cutter = new(repository.Rules);
    private readonly BlockSealer _sealer = BlockSealer.Of(options.Codec, options.Level);
    private readonly SpanCuts _cuts = new();
    private readonly List<int> _elsewhere = [];
    private byte[] _lacking = [];
    private int _packed;

    /// <summary>The span's new leaf; null when the base's leaf still holds.</summary>
    public async Task<ReadOnlyMemory<byte>?> RunAsync(SpanPlan plan, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var regions = _span.AsMemory(0, plan.RegionBytes);
        plan.ClearGaps(regions.Span);
        _cuts.Begin();
        _elsewhere.Clear();
        var next = 0;
        for (var filled = 0; filled < plan.RegionBytes;)
        {
            var from = filled;
            filled = Math.Min(filled + SpanCuts.WindowBytes, plan.RegionBytes);
            next = await ReadAsync(plan, next, from, filled, regions, cancellation);
            await StoreAsync(_cuts.CutNext(plan, regions.Span, filled, _cutter, repository.IdKey), regions, cancellation);
        }

        await StoreElsewhereAsync(regions, cancellation);
        _cuts.End(plan);
        meter.Add(plan.ReadBytes, _cuts.Cuts.Count(cut => !cut.IsHole));
        // In one expression, null would become an empty leaf: a hole.
        if (!_cuts.Changes(plan)) return null;
        return Leaf();
    }

    public void Dispose() => _sealer.Dispose();

    /// <summary>Fills the part of the regions' buffer between two places from the plan's reads; returns the first read that goes on behind it.</summary>
    private async ValueTask<int> ReadAsync(SpanPlan plan, int next, int from, int to, Memory<byte> regions, CancellationToken cancellation)
    {
        for (; next < plan.Reads.Count && plan.Reads[next].At < to; next++)
        {
            var read = plan.Reads[next];
            var (start, end) = (Math.Max(read.At, from), Math.Min(read.At + read.Length, to));
            await source.ReadAsync(read.Offset + start - read.At, regions[start..end], cancellation);
            if (read.At + read.Length > to) break;
        }

        return next;
    }

    /// <summary>Packs and stores what is lacking from a cut on.</summary>
    private async ValueTask StoreAsync(int first, ReadOnlyMemory<byte> regions, CancellationToken cancellation)
    {
        FindLacking(first);
        for (var i = first; i < _cuts.Cuts.Count; i++)
        {
            if ((_lacking[(i - first) >> 3] >> ((i - first) & 7) & 1) == 0) continue;
            if (!claims.TryClaim(_cuts.IdOf(i))) _elsewhere.Add(i);
            else await StoreClaimedAsync(i, regions, cancellation);
        }
    }

    /// <summary>What another worker was packing is stored by now, nearly always.</summary>
    private async ValueTask StoreElsewhereAsync(ReadOnlyMemory<byte> regions, CancellationToken cancellation)
    {
        foreach (var i in _elsewhere)
        {
            if (!session.Has(_cuts.IdOf(i))) await PackAsync(i, regions, cancellation);
        }
    }

    private void FindLacking(int first)
    {
        var ids = _cuts.Ids[first..];
        var bytes = (ids.Length + 7) / 8;
        if (_lacking.Length < bytes) _lacking = new byte[bytes];
        session.FindLacking(ids, _lacking);
    }

    private async ValueTask StoreClaimedAsync(int cut, ReadOnlyMemory<byte> regions, CancellationToken cancellation)
    {
        try
        {
            // Twice in this span, or stored by another since it was looked for.
            if (!session.Has(_cuts.IdOf(cut))) await PackAsync(cut, regions, cancellation);
        }
        finally
        {
            claims.Release(_cuts.IdOf(cut));
        }
    }

    private async ValueTask PackAsync(int cut, ReadOnlyMemory<byte> regions, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var plain = regions.Slice(_cuts.Cuts[cut].Offset, _cuts.Cuts[cut].Length);
        var length = _sealer.Seal(plain.Span, options.Codec, _payload, out var codec);
        if (_packed++ % BlocksPerProof == 0) Prove(_cuts.IdOf(cut), codec, plain.Span, _payload.AsSpan(0, length));
        await session.PutOwnAsync(_cuts.IdOf(cut), codec, plain.Length, _payload.AsMemory(0, length), cancellation);
        meter.Stored(plain.Length);
    }

    private void Prove(in BlockId id, BlockCodec codec, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> payload)
    {
        var opened = _opened.AsSpan(0, plain.Length);
        if (!_sealer.TryOpen(codec, payload, opened) || !opened.SequenceEqual(plain)) throw RepositoryErrors.PackingFailed(id, codec);
    }

    private ReadOnlyMemory<byte> Leaf()
    {
        var leaf = new ArrayBufferWriter<byte>();
        SpanLeaf.Encode(_cuts.Merged, leaf);
        return leaf.WrittenSpan.ToArray();
    }
}
