using System.Buffers;
using System.Buffers.Binary;
using BackupFabric.BlockStore.Index;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Collection;

/// <summary>
/// Copies the needed records of a thin pack to the pack being written, as they are: each is read once, its checksum is proved and written again. The index then knows
/// both copies; the old pack goes later, or not at all, and neither loses anything.
/// </summary>
internal sealed class PackRewrite(PackSet packs, IndexMarks marks)
{
    /// <summary>Neighbours are read together.</summary>
    private const int BytesPerRead = 4 << 20;

    /// <summary>What is dead between two needed records is read with them up to this, instead of beginning another read.</summary>
    private const int GapMax = 256 << 10;

    /// <summary>Null when all was copied; else the damage for whose sake the pack is kept.</summary>
    public async Task<RepositoryException?> CopyAsync(PackNumber pack, CancellationToken cancellation)
    {
        using var lease = await packs.OpenAsync(pack, cancellation);
        var (entries, fault) = await PackTable.TryReadAsync(lease.File, pack, cancellation);
        if (entries is null) return RepositoryErrors.PackDamaged(packs.NameOf(pack), fault ?? "its table is missing");
        var live = Live(pack, entries);
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(BytesPerRead, live.Count == 0 ? 0 : live.Max(entry => PackFormat.RecordSize(entry.Place.PayloadLength))));
        try
        {
            for (var first = 0; first < live.Count;)
            {
                var last = LastOfRead(live, first);
                if (await CopyAsync(lease.File, live, first, last, buffer, cancellation) is { } damage) return damage;
                first = last + 1;
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The entries that are marked, in the order in which they lie.</summary>
    private List<PackEntry> Live(PackNumber pack, List<PackEntry> entries)
    {
        var runMarks = marks.MarksOf(pack);
        var cursor = new RunCursor(runMarks.Run);
        entries.Sort(IndexRunWriter.LatestFirst);
        entries.RemoveAll(entry => !cursor.TryFind(IndexRunFormat.KeyOf(entry.Id), entry.Id, out var hit) || hit.Place != entry.Place || !runMarks.IsSet(hit));
        entries.Sort(static (x, y) => x.Place.Offset.CompareTo(y.Place.Offset));
        return entries;
    }

    private static int LastOfRead(List<PackEntry> live, int first)
    {
        var last = first;
        while (last + 1 < live.Count && EndOf(live[last + 1]) - live[first].Place.Offset <= BytesPerRead && live[last + 1].Place.Offset - EndOf(live[last]) <= GapMax) last++;
        return last;
    }

    private async Task<RepositoryException?> CopyAsync(IVolumeFile file, List<PackEntry> live, int first, int last, byte[] buffer, CancellationToken cancellation)
    {
        var start = live[first].Place.Offset;
        var length = (int)(EndOf(live[last]) - start);
        if (await ReadAsync(file, start, buffer.AsMemory(0, length), cancellation) is { } unreadable) return Damage(live[first], unreadable);
        for (var i = first; i <= last; i++)
        {
            var (id, place) = live[i];
            var at = (int)(place.Offset - start);
            var payload = buffer.AsMemory(at + PackFormat.RecordHeaderSize, place.PayloadLength);
            var checksum = BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(at + PackFormat.RecordHeaderSize + place.PayloadLength));
            if (PackFormat.Checksum(id, place, payload.Span) != checksum) return Damage(live[i], "its checksum does not match");
            await packs.AppendStoredAsync(id, place, payload, checksum, cancellation);
        }

        return null;
    }

    private static async Task<string?> ReadAsync(IVolumeFile file, long offset, Memory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            return await file.ReadAsync(offset, bytes, cancellation) < bytes.Length ? "the pack ends before it does" : null;
        }
        catch (IOException unreadable)
        {
            return $"the volume cannot read it ({unreadable.Message.TrimEnd('.')})";
        }
    }

    private RepositoryException Damage(in PackEntry entry, string why) => RepositoryErrors.BlockDamaged(entry.Id, packs.NameOf(entry.Place.Pack), entry.Place.Offset, why);

    private static long EndOf(in PackEntry entry) => entry.Place.Offset + (long)PackFormat.RecordSize(entry.Place.PayloadLength);
}
