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

    private readonly IVolumeFile _file;
    private readonly PackNumber _pack;
    private readonly byte[] _marker = new byte[PackFormat.MarkerSize];
    private readonly List<PackEntry> _entries = [];
    private byte[] _window = ArrayPool<byte>.Shared.Rent(WindowBytes);
    private long _windowStart;
    private int _windowLength;

    private PackScanner(IVolumeFile file, PackNumber pack, ulong marker)
    {
        (_file, _pack) = (file, pack);
        BinaryPrimitives.WriteUInt64LittleEndian(_marker, marker);
    }

    public static async Task<List<PackEntry>> ScanAsync(IVolumeFile file, PackNumber pack, ulong marker, CancellationToken cancellation)
    {
        using var scanner = new PackScanner(file, pack, marker);
        return await scanner.RunAsync(cancellation);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_window);

    private async Task<List<PackEntry>> RunAsync(CancellationToken cancellation)
    {
        long position = PackFormat.HeaderSize;
        while (position + PackFormat.RecordOverhead <= _file.Length)
        {
            var size = await TryRecordAsync(position, cancellation);
            position = size > 0 ? position + size : await NextMarkerAsync(position + 1, cancellation);
        }

        return _entries;
    }

    /// <summary>The size of the record at a place when there is a whole one; else 0.</summary>
    private async ValueTask<int> TryRecordAsync(long position, CancellationToken cancellation)
    {
        await ReachAsync(position, PackFormat.RecordHeaderSize, cancellation);
        if (!At(position, PackFormat.MarkerSize).SequenceEqual(_marker) || position > uint.MaxValue) return 0;
        var entry = PackFormat.ReadSummedHeader(At(position + PackFormat.MarkerSize, PackFormat.SummedHeaderSize), _pack, (uint)position);
        if (entry.Place.PayloadLength is < 0 or > BlockPlace.LengthMax || entry.Place.PlainLength is < 0 or > BlockPlace.LengthMax) return 0;
        var size = PackFormat.RecordSize(entry.Place.PayloadLength);
        if (position + size > _file.Length) return 0;

        await ReachAsync(position, size, cancellation);
        var summed = At(position + PackFormat.MarkerSize, PackFormat.SummedHeaderSize + entry.Place.PayloadLength);
        if (Crc32C.Of(summed) != BinaryPrimitives.ReadUInt32LittleEndian(At(position + size - PackFormat.RecordTrailerSize, PackFormat.RecordTrailerSize))) return 0;
        _entries.Add(entry);
        return size;
    }

    private async ValueTask<long> NextMarkerAsync(long position, CancellationToken cancellation)
    {
        while (position + PackFormat.RecordOverhead <= _file.Length)
        {
            await ReachAsync(position, PackFormat.MarkerSize, cancellation);
            var rest = _window.AsSpan((int)(position - _windowStart), (int)(_windowStart + _windowLength - position));
            var found = rest.IndexOf(_marker);
            if (found >= 0) return position + found;
            position += rest.Length - PackFormat.MarkerSize + 1;
        }

        return _file.Length;
    }

    /// <summary>Makes the window hold that many bytes from a position on; the caller has checked that the file does.</summary>
    private async ValueTask ReachAsync(long position, int bytes, CancellationToken cancellation)
    {
        if (position >= _windowStart && position + bytes <= _windowStart + _windowLength) return;
        if (_window.Length < bytes)
        {
            ArrayPool<byte>.Shared.Return(_window);
            _window = ArrayPool<byte>.Shared.Rent(bytes);
        }

        _windowStart = position;
        _windowLength = await _file.ReadAsync(position, _window, cancellation);
        if (_windowLength < bytes) throw new EndOfStreamException($"'{_file.Name}' became shorter while it was read.");
    }

    private ReadOnlySpan<byte> At(long position, int length) => _window.AsSpan((int)(position - _windowStart), length);
}
