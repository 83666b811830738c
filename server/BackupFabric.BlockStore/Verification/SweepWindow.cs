using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Verification;

/// <summary>A piece of a pack in memory with the records that lie whole in it. The buffers go round between the reader and the workers.</summary>
internal sealed class SweepWindow(int bytes)
{
    public byte[] Buffer { get; } = GC.AllocateUninitializedArray<byte>(bytes);

    public PackSweep Sweep { get; private set; } = null!;

    public PackEntry[] Entries { get; private set; } = [];

    public int First { get; private set; }

    public int Count { get; private set; }

    public long FileOffset { get; private set; }

    /// <summary>Bytes that were read; fewer than wanted when the pack has become shorter.</summary>
    public int Length { get; set; }

    /// <summary>Takes as many records as fit, from <paramref name="first"/> on; returns the bytes to be read.</summary>
    public int Take(PackSweep sweep, PackEntry[] entries, int first)
    {
        (Sweep, Entries, First, Count) = (sweep, entries, first, 0);
        FileOffset = entries[first].Place.Offset;
        var wanted = 0L;
        while (first + Count < entries.Length)
        {
            var place = entries[first + Count].Place;
            var end = place.Offset + (long)PackFormat.RecordSize(place.PayloadLength) - FileOffset;
            if (end > Buffer.Length) break;
            wanted = Math.Max(wanted, end);
            Count++;
        }

        return (int)wanted;
    }
}
