using System.Buffers;
using System.Runtime.CompilerServices;
using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhdx;

/// <summary>
/// [MS-VHDX] 2.5: for each block where it lies. Held by pages of 4 KiB, those without an entry not at all, so memory follows what the file
/// really holds. One writer may change entries while others read them.
/// </summary>
internal sealed class BlockAllocationTable
{
    private const int EntriesPerPage = VhdxLayout.PageSize / sizeof(ulong);
    private const int ReadAtOnce = VhdxLayout.MiB;

    private readonly DiskParameters _parameters;
    private readonly RegionTableEntry _region;
    private readonly byte[]?[] _pages;

    private BlockAllocationTable(DiskParameters parameters, RegionTableEntry region)
    {
        _parameters = parameters;
        _region = region;
        _pages = new byte[]?[(parameters.BatEntryCount + EntriesPerPage - 1) / EntriesPerPage];
    }

    public static BlockAllocationTable Read(IImageFile file, DiskParameters parameters, RegionTableEntry region, FileSpace space)
    {
        if (region.Length < parameters.BatEntryCount * sizeof(ulong))
            throw ImageFault.Damaged(file.Path, $"its block table has {region.Length} bytes, and a disk of {parameters.DiskSize} bytes needs {parameters.BatEntryCount * sizeof(ulong)}");
        BlockAllocationTable table = new(parameters, region);
        table.Load(file);
        table.Check(file, space);
        return table;
    }

    public BatEntry Payload(long block) => Entry(PayloadIndex(block));

    public BatEntry Bitmap(long chunk) => Entry(BitmapIndex(chunk));

    /// <summary>The first block at or after this one whose entry may be other than absent.</summary>
    public long SkipAbsent(long block)
    {
        while (block < _parameters.BlockCount)
        {
            long index = PayloadIndex(block);
            if (Volatile.Read(ref _pages[index / EntriesPerPage]) is not null) return block;
            block = BlockAtOrAfter(((index / EntriesPerPage) + 1) * EntriesPerPage);
        }

        return _parameters.BlockCount;
    }

    /// <summary>Changes an entry and returns the page it is in, with the page's place in the file.</summary>
    public (long FileOffset, byte[] Page) SetPayload(long block, BatEntry entry) => Set(PayloadIndex(block), entry);

    /// <inheritdoc cref="SetPayload"/>
    public (long FileOffset, byte[] Page) SetBitmap(long chunk, BatEntry entry) => Set(BitmapIndex(chunk), entry);

    private (long FileOffset, byte[] Page) Set(long index, BatEntry entry)
    {
        long number = index / EntriesPerPage;
        byte[] page = _pages[number] ?? new byte[VhdxLayout.PageSize];
        Volatile.Write(ref EntryIn(page, index), entry.Value);
        Volatile.Write(ref _pages[number], page);
        return (_region.FileOffset + (number * VhdxLayout.PageSize), page);
    }

    private BatEntry Entry(long index)
    {
        byte[]? page = Volatile.Read(ref _pages[index / EntriesPerPage]);
        return page is null ? default : new BatEntry(Volatile.Read(ref EntryIn(page, index)));
    }

    private static ref ulong EntryIn(byte[] page, long index) => ref Unsafe.As<byte, ulong>(ref page[index % EntriesPerPage * sizeof(ulong)]);

    private long PayloadIndex(long block) => block + (block / _parameters.ChunkRatio);

    private long BitmapIndex(long chunk) => (chunk * (_parameters.ChunkRatio + 1)) + _parameters.ChunkRatio;

    private long BlockAtOrAfter(long index) => index - (index / (_parameters.ChunkRatio + 1));

    private void Load(IImageFile file)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ReadAtOnce);
        try
        {
            long end = _region.FileOffset + ((long)_pages.Length * VhdxLayout.PageSize);
            for (long position = _region.FileOffset; position < end;)
            {
                if (file.NextData(position, end) is not { } data) break;
                position = data.Offset - ((data.Offset - _region.FileOffset) % VhdxLayout.PageSize);
                int length = (int)Math.Min(ReadAtOnce, VhdxLayout.RoundUp(data.End - position, VhdxLayout.PageSize));
                file.Read(position, buffer.AsSpan(0, length));
                Keep(buffer.AsSpan(0, length), (position - _region.FileOffset) / VhdxLayout.PageSize);
                position += length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Keep(ReadOnlySpan<byte> pages, long first)
    {
        for (; pages.Length > 0; pages = pages[VhdxLayout.PageSize..], first++)
        {
            ReadOnlySpan<byte> page = pages[..VhdxLayout.PageSize];
            if (page.ContainsAnyExcept((byte)0)) _pages[first] = page.ToArray();
        }
    }

    private void Check(IImageFile file, FileSpace space)
    {
        for (long number = 0; number < _pages.Length; number++)
        {
            if (_pages[number] is null) continue;
            long end = Math.Min((number + 1) * EntriesPerPage, _parameters.BatEntryCount);
            for (long index = number * EntriesPerPage; index < end; index++)
            {
                BatEntry entry = Entry(index);
                if (entry.Value != 0) CheckEntry(file, space, index, entry);
            }
        }
    }

    private void CheckEntry(IImageFile file, FileSpace space, long index, BatEntry entry)
    {
        bool isBitmap = index % (_parameters.ChunkRatio + 1) == _parameters.ChunkRatio;
        if (isBitmap)
        {
            // Without a parent the bitmaps mean nothing, and some writers leave the entries as they fall.
            if (_parameters.HasParent && entry.IsBitmapPresent) space.Claim(entry.FileOffset, VhdxLayout.SectorBitmapSize, "a sector bitmap");
            return;
        }

        long block = BlockAtOrAfter(index);
        if (block >= _parameters.BlockCount) return; // the rest of a differencing file's last chunk
        switch (entry.State)
        {
            case PayloadBlockState.FullyPresent:
                break;
            case PayloadBlockState.PartiallyPresent when !_parameters.HasParent:
                throw ImageFault.Damaged(file.Path, $"block {block} is said to be partly in a parent, and there is none");
            case PayloadBlockState.PartiallyPresent when !Bitmap(block / _parameters.ChunkRatio).IsBitmapPresent:
                throw ImageFault.Damaged(file.Path, $"block {block} is partly present, and the bitmap that says where is missing");
            case PayloadBlockState.PartiallyPresent:
                break;
            case PayloadBlockState.NotPresent or PayloadBlockState.Undefined or PayloadBlockState.Zero or PayloadBlockState.Unmapped:
                return;
            default:
                throw ImageFault.Damaged(file.Path, $"block {block} has the unknown state {(int)entry.State}");
        }

        long needed = Math.Min(_parameters.BlockSize, _parameters.DiskSize - (block * _parameters.BlockSize));
        space.Claim(entry.FileOffset, _parameters.BlockSize, $"block {block}", needed);
    }
}
