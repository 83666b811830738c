namespace BackupFabric.Disks.Vhdx;

/// <summary>What one write comes to: which bytes go where in the file, and which table entries and bitmap bits change after that. Reused.</summary>
internal sealed class WritePlan(BlockMap map)
{
    private readonly DiskParameters _parameters = map.Parameters;

    public List<(long FileOffset, int BufferOffset, int Length)> Pieces { get; } = [];

    public List<(long Block, BatEntry Entry)> Blocks { get; } = [];

    public List<(long Chunk, BatEntry Entry)> Bitmaps { get; } = [];

    public List<(long Block, int Sector, int Count, bool Fresh)> Bits { get; } = [];

    /// <summary>The end of the space that is handed out.</summary>
    public long SpaceEnd { get; private set; }

    /// <summary>Whether sectors that so far were read from a parent come to this file.</summary>
    public bool TakesFromParent { get; private set; }

    public bool ChangesTables => Blocks.Count > 0 || Bits.Count > 0;

    /// <summary>No more table pages than this are touched.</summary>
    public int PagesAtMost
    {
        get
        {
            int pages = Blocks.Count + Bitmaps.Count;
            foreach ((_, _, int count, bool fresh) in Bits)
                pages += ((fresh ? _parameters.SectorsPerBlock : count) / (VhdxLayout.PageSize * 8)) + 2;
            return pages;
        }
    }

    public void Make(long offset, int length, long spaceEnd)
    {
        Pieces.Clear();
        Blocks.Clear();
        Bitmaps.Clear();
        Bits.Clear();
        TakesFromParent = false;
        SpaceEnd = spaceEnd;
        for (int done = 0; done < length;)
        {
            long block = (offset + done) / _parameters.BlockSize;
            int inside = (int)((offset + done) % _parameters.BlockSize);
            int here = Math.Min(length - done, _parameters.BlockSize - inside);
            PlanBlock(block, inside, done, here);
            done += here;
        }
    }

    private void PlanBlock(long block, int inside, int bufferOffset, int length)
    {
        BatEntry entry = map.Table.Payload(block);
        long size = Math.Min(_parameters.BlockSize, _parameters.DiskSize - (block * _parameters.BlockSize));
        bool whole = length == size;
        switch (entry.State)
        {
            case PayloadBlockState.FullyPresent:
                AddPiece(entry.FileOffset + inside, bufferOffset, length);
                return;
            case PayloadBlockState.PartiallyPresent:
                AddPiece(entry.FileOffset + inside, bufferOffset, length);
                if (whole) Present(block, entry.FileOffset);
                else AddBits(block, inside, length);
                return;
        }

        long place = Allocate(_parameters.BlockSize);
        AddPiece(place + inside, bufferOffset, length);
        // Only an absent block shows the parent through; the other states read as zeros, which the new space holds already.
        bool overParent = _parameters.HasParent && entry.State == PayloadBlockState.NotPresent;
        if (overParent && !whole) PresentInPart(block, place, inside, length);
        else Present(block, place);
        TakesFromParent |= overParent;
    }

    private void Present(long block, long place)
    {
        Blocks.Add((block, new BatEntry(PayloadBlockState.FullyPresent, place)));
        TakesFromParent |= _parameters.HasParent;
    }

    private void PresentInPart(long block, long place, int inside, int length)
    {
        long chunk = block / _parameters.ChunkRatio;
        if (!map.Table.Bitmap(chunk).IsBitmapPresent && (Bitmaps.Count == 0 || Bitmaps[^1].Chunk != chunk))
            Bitmaps.Add((chunk, new BatEntry(PayloadBlockState.FullyPresent, Allocate(VhdxLayout.SectorBitmapSize))));
        Blocks.Add((block, new BatEntry(PayloadBlockState.PartiallyPresent, place)));
        Bits.Add((block, inside / _parameters.LogicalSectorSize, length / _parameters.LogicalSectorSize, true));
    }

    private void AddBits(long block, int inside, int length)
    {
        int sector = inside / _parameters.LogicalSectorSize, count = length / _parameters.LogicalSectorSize;
        long bitmap = map.Table.Bitmap(block / _parameters.ChunkRatio).FileOffset;
        for (int done = 0; done < count;)
        {
            int alike = map.Bitmaps.RunAt(bitmap, block, sector + done, count - done, out bool present);
            if (!present)
            {
                Bits.Add((block, sector, count, false));
                TakesFromParent = true;
                return;
            }

            done += alike;
        }
    }

    private long Allocate(long size)
    {
        long place = SpaceEnd;
        SpaceEnd += size;
        return place;
    }

    private void AddPiece(long fileOffset, int bufferOffset, int length)
    {
        if (Pieces.Count > 0 && Pieces[^1].FileOffset + Pieces[^1].Length == fileOffset)
            Pieces[^1] = Pieces[^1] with { Length = Pieces[^1].Length + length };
        else Pieces.Add((fileOffset, bufferOffset, length));
    }
}
