using System.Buffers;
using System.Buffers.Binary;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Packs;

/// <summary>
/// Finds the whole records of a pack that has no table, reading it once from front to back. What lies between them (a torn tail, pages that a crash lost) is
/// passed over by searching for the pack's marker, so that one bad place does not hide what follows it.
/// </summary>
internal sealed class PackScanner : IDisposable
{
    private const int WindowBytes = 2 << 20;

    private readonly IVolumeFile file;
    private readonly PackNumber pack;
    private readonly byte[] marker = new byte[PackFormat.MarkerSize];
    private readonly List<PackEntry> entries = [];
    private byte[] window = ArrayPool<byte>.Shared.Rent(WindowBytes);
    private long windowStart;
    private int windowLength;

    private PackScanner(IVolumeFile file, PackNumber pack, ulong marker)
    {
        (this.file, this.pack) = (file, pack);
        BinaryPrimitives.WriteUInt64LittleEndian(this.marker, marker);
    }

    public static async Task<List<PackEntry>> ScanAsync(IVolumeFile file, PackNumber pack, ulong marker, CancellationToken cancellation)
    {
        using var scanner = new PackScanner(file, pack, marker);
        return await scanner.RunAsync(cancellation);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(window);

    private async Task<List<PackEntry>> RunAsync(CancellationToken cancellation)
    {
        long position = PackFormat.HeaderSize;
        while (position + PackFormat.RecordOverhead <= file.Length)
        {
            var size = await TryRecordAsync(position, cancellation);
            position = size > 0 ? position + size : await NextMarkerAsync(position + 1, cancellation);
        }

        return entries;
    }

    /// <summary>The size of the record at a place when there is a whole one; else 0.</summary>
    private async ValueTask<int> TryRecordAsync(long position, CancellationToken cancellation)
    {
        await ReachAsync(position, PackFormat.RecordHeaderSize, cancellation);
        if (!At(position, PackFormat.MarkerSize).SequenceEqual(marker) || position > uint.MaxValue) return 0;
        var entry = PackFormat.ReadSummedHeader(At(position + PackFormat.MarkerSize, PackFormat.SummedHeaderSize), pack, (uint)position);
        if (entry.Place.PayloadLength is < 0 or > BlockPlace.LengthMax || entry.Place.PlainLength is < 0 or > BlockPlace.LengthMax) return 0;
        var size = PackFormat.RecordSize(entry.Place.PayloadLength);
        if (position + size > file.Length) return 0;

        await ReachAsync(position, size, cancellation);
        var summed = At(position + PackFormat.MarkerSize, PackFormat.SummedHeaderSize + entry.Place.PayloadLength);
        if (Crc32C.Of(summed) != BinaryPrimitives.ReadUInt32LittleEndian(At(position + size - PackFormat.RecordTrailerSize, PackFormat.RecordTrailerSize))) return 0;
        entries.Add(entry);
        return size;
    }

    private async ValueTask<long> NextMarkerAsync(long position, CancellationToken cancellation)
    {
        while (position + PackFormat.RecordOverhead <= file.Length)
        {
            await ReachAsync(position, PackFormat.MarkerSize, cancellation);
            var rest = window.AsSpan((int)(position - windowStart), (int)(windowStart + windowLength - position));
            var found = rest.IndexOf(marker);
            if (found >= 0) return position + found;
            position += rest.Length - PackFormat.MarkerSize + 1;
        }

        return file.Length;
    }

    /// <summary>Makes the window hold that many bytes from a position on; the caller has checked that the file does.</summary>
    private async ValueTask ReachAsync(long position, int bytes, CancellationToken cancellation)
    {
        if (position >= windowStart && position + bytes <= windowStart + windowLength) return;
        if (window.Length < bytes)
        {
            ArrayPool<byte>.Shared.Return(window);
            window = ArrayPool<byte>.Shared.Rent(bytes);
        }

        windowStart = position;
        windowLength = await file.ReadAsync(position, window, cancellation);
        if (windowLength < bytes) throw new EndOfStreamException($"'{file.Name}' became shorter while it was read.");
    }

    private ReadOnlySpan<byte> At(long position, int length) => window.AsSpan((int)(position - windowStart), length);
}
