using BackupFabric.Blocks;
using BackupFabric.Blocks.Spans;
using BackupFabric.BlockStore.Encryption;
using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Export;

/// <summary>
/// One worker: reads the records of a piece in the order in which they lie in the packs, neighbours at once, opens and proves each, and writes what came of it.
/// Its buffers (a piece, the records of a read) are reused. Not thread-safe.
/// </summary>
internal sealed class PieceExporter(Repository repository, ITargetDisk target, ByteRange within, ExportMeter meter) : IDisposable
{
    /// <summary>What lies between two records and belongs to neither is read along when it is no more than this: cheaper than a second read.</summary>
    private const int GapMax = 64 << 10;

    private readonly PackSet _packs = repository.DataPacks;
    private readonly IdKey _key = repository.IdKey;
    private readonly byte[] _plain = GC.AllocateUninitializedArray<byte>(Math.Max(ExportPiece.BytesMax, repository.Rules.GreatestBytes), pinned: true);
    private readonly byte[] _sealed = GC.AllocateUninitializedArray<byte>(Math.Max(ExportPiece.BytesMax, BlockSealer.BoundOf(repository.Rules.GreatestBytes) + RecordEnvelope.Size) + GapMax, pinned: true);
    private readonly BlockSealer _sealer = new();
    private readonly List<(BlockPlace Place, PlacedBlock Block)> _found = [];

    public async Task RunAsync(ExportPiece piece, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        await LocateAsync(piece, cancellation);
        for (var first = 0; first < _found.Count;) first = await ReadRunAsync(piece, first, cancellation);
        await WriteAsync(piece, cancellation);
    }

    public void Dispose() => _sealer.Dispose();

    private async ValueTask LocateAsync(ExportPiece piece, CancellationToken cancellation)
    {
        _found.Clear();
        foreach (var block in piece.Blocks)
        {
            if (_packs.Index.TryFind(block.Id, out var place) && place.PlainLength == block.Length) _found.Add((place, block));
            else await OpenAloneAsync(piece, block, cancellation);
        }

        _found.Sort(static (a, b) => a.Place.Pack != b.Place.Pack ? a.Place.Pack.CompareTo(b.Place.Pack) : a.Place.Offset.CompareTo(b.Place.Offset));
    }

    /// <summary>Reads as many records as lie together, and opens them; returns the first that is not among them.</summary>
    private async ValueTask<int> ReadRunAsync(ExportPiece piece, int first, CancellationToken cancellation)
    {
        var (from, next) = (_found[first].Place, first + 1);
        var length = from.PayloadLength;
        while (next < _found.Count && LengthWith(from, length, _found[next].Place) is { } longer) (length, next) = (longer, next + 1);
        var read = await ReadAsync(from, _sealed.AsMemory(0, length), cancellation);
        for (var i = first; i < next; i++)
        {
            var (place, block) = _found[i];
            var at = (int)(place.Offset - from.Offset);
            if (i > first && _found[i - 1].Place == place) PlainOf(piece, _found[i - 1].Block).CopyTo(PlainOf(piece, block));
            else if (at + place.PayloadLength > read || !TryDecrypt(block, place, at) || !TryOpen(piece, block, place.Codec, _sealed.AsSpan(at, place.OpenedLength))) await OpenAloneAsync(piece, block, cancellation);
        }

        return next;
    }

    /// <summary>The run's length with one more record; null when that lies elsewhere, too far away, or finds no room.</summary>
    private int? LengthWith(in BlockPlace from, int length, in BlockPlace next)
    {
        if (next.Pack != from.Pack) return null;
        long start = next.Offset - from.Offset, end = start + next.PayloadLength;
        return start - length <= PackFormat.RecordOverhead + GapMax && end <= _sealed.Length ? (int)Math.Max(length, end) : null;
    }

    private async ValueTask<int> ReadAsync(BlockPlace from, Memory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            meter.PackRead();
            return await _packs.ReadAsync(from, bytes, cancellation);
        }
        catch (IOException unreadable) when (unreadable is not RepositoryException)
        {
            // Each record is tried on its own: that finds other copies, and names the one that is damaged.
            return 0;
        }
    }

    private bool TryDecrypt(in PlacedBlock block, in BlockPlace place, int at) => _packs.FaultOfOpening(block.Id, place, _sealed.AsSpan(at, place.PayloadLength)) is null;

    private Span<byte> PlainOf(ExportPiece piece, in PlacedBlock block) => _plain.AsSpan((int)(block.Offset - piece.Start), block.Length);

    /// <summary>The hash proves the block whatever its record looks like, so the checksum is only asked when something is wrong.</summary>
    private bool TryOpen(ExportPiece piece, in PlacedBlock block, BlockCodec codec, ReadOnlySpan<byte> payload)
    {
        var plain = PlainOf(piece, block);
        return _sealer.TryOpen(codec, payload, plain) && _key.IdOf(plain) == block.Id;
    }

    /// <summary>The careful way, for what cannot be read as it lies: tries every copy, remembers damage. Fails with <c>block-missing</c>, <c>block-damaged</c>.</summary>
    private async ValueTask OpenAloneAsync(ExportPiece piece, PlacedBlock block, CancellationToken cancellation)
    {
        var record = await repository.ReadSealedAsync(block.Id, _sealed, cancellation);
        if (!BlockSealer.Supports(record.Codec)) throw RepositoryErrors.CodecMissing(block.Id, record.Codec);
        if (record.PlainLength != block.Length || !TryOpen(piece, block, record.Codec, _sealed.AsSpan(0, record.PayloadLength)))
            throw RepositoryErrors.BlockUnsound(block.Id);
    }

    /// <summary>Blocks that touch are written at once; what lies outside the wanted range, or beyond the disk's end, is left out.</summary>
    private async ValueTask WriteAsync(ExportPiece piece, CancellationToken cancellation)
    {
        for (var first = 0; first < piece.Blocks.Count;)
        {
            var next = first + 1;
            while (next < piece.Blocks.Count && piece.Blocks[next].Offset == piece.Blocks[next - 1].End) next++;
            var start = Math.Max(piece.Blocks[first].Offset, within.Offset);
            var end = Math.Min(piece.Blocks[next - 1].End, within.End);
            await target.WriteAsync(start - within.Offset, _plain.AsMemory((int)(start - piece.Start), (int)(end - start)), cancellation);
            meter.Wrote(end - start, next - first);
            first = next;
        }
    }
}
