using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhd;

/// <summary>"Block Allocation Table and Data Blocks" of the VHD specification: for each block the sector of its bitmap, which its data follow.</summary>
internal sealed class VhdBlockTable
{
    public const uint Absent = uint.MaxValue;

    private const int SectorSize = 512;
    private const int ReadAtOnce = 1 << 20;
    private const int BitmapsMax = 4096;

    private readonly IImageFile _file;
    private readonly VhdDynamicHeader _header;
    private readonly uint[] _entries;
    private readonly ConcurrentDictionary<long, byte[]> _bitmaps = new();

    private VhdBlockTable(IImageFile file, VhdDynamicHeader header, long diskSize)
    {
        _file = file;
        _header = header;
        _entries = new uint[((diskSize - 1) / header.BlockSize) + 1];
        long bits = header.BlockSize / SectorSize;
        BitmapSize = (int)(((bits / 8) + SectorSize - 1) / SectorSize * SectorSize);
    }

    /// <summary>Bytes of a block's bitmap, whole sectors.</summary>
    public int BitmapSize { get; }

    public int BlockSize => (int)_header.BlockSize;

    /// <summary>Where the last thing in the file ends.</summary>
    public long End { get; private set; }

    public static VhdBlockTable Read(IImageFile file, VhdDynamicHeader header, long diskSize)
    {
        VhdBlockTable table = new(file, header, diskSize);
        table.Load();
        table.Check(diskSize);
        return table;
    }

    public bool IsPresent(long block) => Volatile.Read(ref _entries[block]) != Absent;

    /// <summary>Where the block's bitmap begins.</summary>
    public long Place(long block) => (long)Volatile.Read(ref _entries[block]) * SectorSize;

    public long DataOffset(long block) => Place(block) + BitmapSize;

    public void Set(long block, long place) => Volatile.Write(ref _entries[block], (uint)(place / SectorSize));

    /// <summary>Writes one entry in its place; it lies within one sector.</summary>
    public void Store(long block)
    {
        Span<byte> entry = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(entry, _entries[block]);
        _file.Write(_header.TableOffset + (block * sizeof(uint)), entry);
    }

    /// <summary>How many sectors from <paramref name="sector"/> on are alike, at most <paramref name="limit"/>; most significant bit first.</summary>
    public int RunAt(long block, int sector, int limit, out bool present)
    {
        byte[] bitmap = Bitmap(block);
        present = IsSet(bitmap, sector);
        int count = 1;
        while (count < limit && IsSet(bitmap, sector + count) == present) count++;
        return count;
    }

    private static bool IsSet(byte[] bitmap, int sector) => (bitmap[sector >> 3] & (0x80 >> (sector & 7))) != 0;

    private byte[] Bitmap(long block)
    {
        if (_bitmaps.TryGetValue(block, out byte[]? bitmap)) return bitmap;
        if (_bitmaps.Count >= BitmapsMax) _bitmaps.Clear();
        bitmap = new byte[BitmapSize];
        _file.Read(Place(block), bitmap);
        _bitmaps[block] = bitmap;
        return bitmap;
    }

    private void Load()
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ReadAtOnce);
        try
        {
            for (int first = 0; first < _entries.Length;)
            {
                int count = Math.Min(ReadAtOnce / sizeof(uint), _entries.Length - first);
                Span<byte> part = buffer.AsSpan(0, count * sizeof(uint));
                _file.Read(_header.TableOffset + ((long)first * sizeof(uint)), part);
                for (int i = 0; i < count; i++) _entries[first + i] = BinaryPrimitives.ReadUInt32BigEndian(part[(i * sizeof(uint))..]);
                first += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Check(long diskSize)
    {
        long end = Math.Max(VhdFooter.Size + VhdDynamicHeader.Size, _header.TableOffset + ((long)_header.TableEntries * sizeof(uint)));
        int last = _entries.Length - 1;
        uint lastPlace = _entries[last];
        uint[] places = [.. _entries.Where(e => e != Absent)];
        Array.Sort(places);
        foreach (uint sector in places)
        {
            long place = (long)sector * SectorSize;
            if (place < end) throw ImageFault.Damaged(_file.Path, $"a block at {place} overlaps something else");
            end = place + BitmapSize + BlockSize;
            long needed = sector == lastPlace ? place + BitmapSize + (diskSize - ((long)last * BlockSize)) : end;
            if (needed > _file.Length) throw ImageFault.Damaged(_file.Path, $"a block at {place} lies beyond the end of the file at {_file.Length}");
        }

        End = end;
    }
}
