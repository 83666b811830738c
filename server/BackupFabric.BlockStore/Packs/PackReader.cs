using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using BackupFabric.Blocks;
using BackupFabric.BlockStore.Index;

namespace BackupFabric.BlockStore.Packs;

/// <summary>Reads records by id and proves them. What is damaged is remembered, so that it counts as lacking and is stored anew.</summary>
internal sealed class PackReader(PackSet packs, BlockIndex index)
{
    /// <summary>
    /// Reads a whole copy of a record, proves its checksum, decrypts it in place, and proves its content's hash when a key is given. A copy that is damaged counts as lacking from then on
    /// and another one is tried. The buffer holds the payload as it is stored and four bytes more.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<PackRead> ReadAsync(BlockId id, Memory<byte> buffer, IdKey? contentKey, CancellationToken cancellation)
    {
        var failed = default(PackRead);
        while (await FindAsync(id, cancellation) is { } place)
        {
            var fault = await FaultOfAsync(id, place, buffer, contentKey, cancellation);
            if (fault is null) return new(place, null);
            // A collection has moved the record while it was being looked for: that is no damage.
            if (!index.TryFind(id, out var now) || now != place) continue;
            index.MarkDamaged(id, place);
            failed = new(place, fault);
        }

        if (failed.Fault is not null || !index.TryFindDamaged(id, out var suspect)) return failed;
        // What could not be read once may have been a cable.
        var again = await FaultOfAsync(id, suspect, buffer, contentKey, cancellation);
        if (again is null) index.MarkWhole(suspect);
        return new(suspect, again);
    }

    private async ValueTask<BlockPlace?> FindAsync(BlockId id, CancellationToken cancellation)
    {
        if (index.TryFind(id, out var place)) return place;
        return await packs.RepairIndexAsync(cancellation) && index.TryFind(id, out place) ? place : null;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<string?> FaultOfAsync(BlockId id, BlockPlace place, Memory<byte> buffer, IdKey? contentKey, CancellationToken cancellation)
    {
        if (place.PayloadLength + PackFormat.RecordTrailerSize > buffer.Length) return $"{place.PayloadLength} bytes are too many for a record of this repository";
        var bytes = buffer[..(place.PayloadLength + PackFormat.RecordTrailerSize)];
        try
        {
            if (await packs.ReadAsync(place, bytes, cancellation) < bytes.Length) return "the pack ends before it does";
        }
        catch (FileNotFoundException)
        {
            return "the pack is missing";
        }
        catch (IOException unreadable)
        {
            return $"the volume cannot read it ({unreadable.Message.TrimEnd('.')})";
        }

        var payload = bytes.Span[..place.PayloadLength];
        if (PackFormat.Checksum(id, place, payload) != BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[place.PayloadLength..])) return "its checksum does not match";
        if (packs.FaultOfOpening(id, place, payload) is { } fault) return fault;
        return contentKey is null || contentKey.IdOf(payload[..place.OpenedLength]) == id ? null : "its content is another's";
    }
}

/// <param name="Fault">What is wrong with the copy at <paramref name="Place"/>; null with a place of no length when there is no copy at all.</param>
internal readonly record struct PackRead(BlockPlace Place, string? Fault)
{
    public bool IsMissing => Fault is null && Place.PlainLength == 0;
}
