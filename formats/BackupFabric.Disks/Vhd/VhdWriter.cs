using System.Buffers;
using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhd;

/// <summary>
/// Writes into a dynamic VHD. A new block takes the place of the footer, which moves behind it; the table entry that makes the block part of the disk
/// is written after all that is durable. A file that lost its footer on the way has its copy at the start.
/// </summary>
internal sealed class VhdWriter(IImageFile file, VhdFooter footer, VhdBlockTable table, bool bulk, long spaceEnd)
{
    private readonly List<(long Block, long Place)> _fresh = [];
    private readonly List<long> _unstored = [];
    private long _spaceEnd = spaceEnd;
    private bool _broken;

    public async ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        if (_broken) throw ImageFault.Broken(file.Path);
        long end = offset + data.Length;
        if (data.Length == 0) return;
        // Until the new blocks are complete, a failure leaves space behind that is neither free nor in use.
        _broken = true;
        _fresh.Clear();
        PrepareBlocks(offset / table.BlockSize, (end - 1) / table.BlockSize);
        for (long position = offset; position < end;)
        {
            long block = position / table.BlockSize;
            int inside = (int)(position % table.BlockSize);
            int here = (int)Math.Min(table.BlockSize - inside, end - position);
            await file.WriteAsync(PlaceOf(block) + table.BitmapSize + inside, data.Slice((int)(position - offset), here), cancellation);
            position += here;
        }

        CommitBlocks();
        _broken = false;
    }

    public void Flush()
    {
        if (_broken) throw ImageFault.Broken(file.Path);
        file.Flush();
        if (_unstored.Count == 0) return;
        foreach (long block in _unstored) table.Store(block);
        _unstored.Clear();
        file.Flush();
    }

    public void Close()
    {
        if (!_broken) Flush();
    }

    private void PrepareBlocks(long first, long last)
    {
        byte[]? bitmap = null;
        for (long block = first; block <= last; block++)
        {
            if (table.IsPresent(block)) continue;
            if (bitmap is null)
            {
                bitmap = ArrayPool<byte>.Shared.Rent(table.BitmapSize);
                bitmap.AsSpan(0, table.BitmapSize).Fill(byte.MaxValue);
            }

            long next = _spaceEnd + table.BitmapSize + table.BlockSize;
            file.SetLength(next + VhdFooter.Size);
            file.Write(_spaceEnd, bitmap.AsSpan(0, table.BitmapSize));
            _fresh.Add((block, _spaceEnd));
            _spaceEnd = next;
        }

        if (bitmap is null) return;
        ArrayPool<byte>.Shared.Return(bitmap);
        Span<byte> end = stackalloc byte[VhdFooter.Size];
        footer.Write(end);
        file.Write(_spaceEnd, end);
    }

    private long PlaceOf(long block)
    {
        foreach ((long fresh, long place) in _fresh)
        {
            if (fresh == block) return place;
        }

        return table.Place(block);
    }

    private void CommitBlocks()
    {
        if (_fresh.Count == 0) return;
        if (!bulk) file.Flush();
        foreach ((long block, long place) in _fresh)
        {
            table.Set(block, place);
            if (bulk) _unstored.Add(block);
            else table.Store(block);
        }
    }
}
