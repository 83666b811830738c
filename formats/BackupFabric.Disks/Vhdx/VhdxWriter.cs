using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhdx;

/// <summary>
/// Writes into a VHDX. Order of a write that changes tables: data to their place; if they replace what a parent showed, flush; the changed
/// table pages as one log entry. The pages go to their own places when half of the log is used, or at the close, after a flush that makes the
/// log durable and before one that makes them so. Killed anywhere, the file is clean or its log is replayed; with the power lost as well, what
/// was flushed is there, and each sector written after that is old or new.
/// In bulk mode there is no log: pages are written at flush and close, and a crash leaves whatever it leaves.
/// </summary>
internal sealed class VhdxWriter(IImageFile file, HeaderPair headers, BlockMap map, IVirtualDisk? parent, VhdxAccess access, long spaceEnd)
{
    /// <summary>Larger writes are cut, so that the table pages of one always fit into one log entry.</summary>
    private const int StepMax = 64 * VhdxLayout.MiB;

    private readonly WritePlan _plan = new(map);

    /// <summary>Changed table pages by their place in the file, and those that the write at hand touches.</summary>
    private readonly Dictionary<long, byte[]> _dirty = [];
    private readonly Dictionary<long, byte[]> _touched = [];

    private LogWriter? _log;
    private long _spaceEnd = spaceEnd;
    private long _durableLength;
    private bool _unflushed;
    private bool _broken;

    private bool Bulk => access == VhdxAccess.Bulk;

    public async ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        if (_broken) throw ImageFault.Broken(file.Path);
        if (data.Length == 0) return;
        if (!Bulk) BeginSession();
        while (data.Length > 0)
        {
            int step = Math.Min(data.Length, StepMax);
            await StepAsync(offset, data[..step], cancellation);
            offset += step;
            data = data[step..];
        }
    }

    public void Flush()
    {
        if (_broken) throw ImageFault.Broken(file.Path);
        if (!_unflushed) return;
        Guard(() =>
        {
            Sync();
            if (Bulk) ApplyPages();
        });
    }

    /// <summary>Logged change of pages that belong to no block: metadata.</summary>
    public void WritePages(Dictionary<long, byte[]> pages)
    {
        BeginSession();
        Guard(() =>
        {
            if (!_log!.HasRoom(pages.Count)) ApplyPages();
            foreach ((long at, byte[] page) in pages) _dirty[at] = page;
            _log.Append(pages, _durableLength, _spaceEnd);
            _unflushed = true;
        });
        Flush();
    }

    /// <summary>Leaves a file with an empty log. After a failure, leaves it to the next opening to replay what was logged.</summary>
    /// <param name="dataWriteGuid">The identity that the contents have from now on, if not the one they got at the first write.</param>
    public void Close(Guid? dataWriteGuid = null)
    {
        if (_broken) return;
        if (Bulk) Flush();
        if (dataWriteGuid is not null) BeginSession();
        if (_log is null) return;
        Guard(() =>
        {
            ApplyPages();
            headers.Update(headers.Current with { LogGuid = Guid.Empty, DataWriteGuid = dataWriteGuid ?? headers.Current.DataWriteGuid });
        });
        _log = null;
        _unflushed = false;
    }

    private async ValueTask StepAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        long spaceBefore = _spaceEnd;
        _plan.Make(offset, data.Length, spaceBefore);
        _unflushed = true;
        try
        {
            if (_plan.SpaceEnd > spaceBefore) file.SetLength(_plan.SpaceEnd);
            foreach ((long fileOffset, int bufferOffset, int length) in _plan.Pieces)
                await file.WriteAsync(fileOffset, data.Slice(bufferOffset, length), cancellation);
        }
        catch
        {
            // Cut off, what was handed out reads as zeros again when it is handed out next.
            if (_plan.SpaceEnd > spaceBefore) Guard(() => file.SetLength(spaceBefore));
            throw;
        }

        _spaceEnd = _plan.SpaceEnd;
        if (!_plan.ChangesTables) return;
        bool parentShows = !Bulk && _plan.TakesFromParent && await ParentHoldsDataAsync(offset, data.Length, cancellation);
        Guard(() => CommitTables(parentShows));
    }

    private void CommitTables(bool dataFirst)
    {
        // Before the pages change in memory: what is brought in place must be in the log already.
        if (!Bulk && !_log!.HasRoom(_plan.PagesAtMost)) ApplyPages();
        else if (dataFirst) Sync();
        _touched.Clear();
        ChangeTables();
        foreach ((long at, byte[] page) in _touched) _dirty[at] = page;
        if (!Bulk) _log!.Append(_touched, _durableLength, _spaceEnd);
        _unflushed = true;
    }

    /// <summary>Bits before the entry that makes readers look at them.</summary>
    private void ChangeTables()
    {
        foreach ((long chunk, BatEntry entry) in _plan.Bitmaps) Touch(map.Table.SetBitmap(chunk, entry));
        foreach ((long block, int sector, int count, bool fresh) in _plan.Bits)
        {
            long bitmap = map.Table.Bitmap(block / map.Parameters.ChunkRatio).FileOffset;
            // A block that was given up earlier may have left its bits behind.
            if (fresh) map.Bitmaps.Set(bitmap, block, 0, map.Parameters.SectorsPerBlock, false, _touched);
            map.Bitmaps.Set(bitmap, block, sector, count, true, _touched);
        }

        foreach ((long block, BatEntry entry) in _plan.Blocks) Touch(map.Table.SetPayload(block, entry));
    }

    private void Touch((long FileOffset, byte[] Page) changed) => _touched[changed.FileOffset] = changed.Page;

    private async ValueTask<bool> ParentHoldsDataAsync(long offset, long length, CancellationToken cancellation)
    {
        if (parent is null || offset >= parent.Length) return false;
        await foreach (DiskRange _ in parent.AllocatedAsync(offset, Math.Min(length, parent.Length - offset), cancellation)) return true;
        return false;
    }

    /// <summary>
    /// The first change of an opening: names a new log, of which one entry is durable already, and gives the file and its contents new identities
    /// ([MS-VHDX] 2.2.2), before anything else is changed.
    /// </summary>
    private void BeginSession()
    {
        if (_log is not null) return;
        Guard(() =>
        {
            VhdxHeader current = headers.Current;
            Guid logGuid = Guid.NewGuid();
            LogWriter log = new(file, current.LogOffset, current.LogLength, logGuid);
            _durableLength = file.Length;
            log.Append([], _durableLength, _durableLength);
            headers.Update(current with
            {
                FileWriteGuid = Guid.NewGuid(),
                DataWriteGuid = access == VhdxAccess.Merge ? current.DataWriteGuid : Guid.NewGuid(),
                LogGuid = logGuid,
            });
            _log = log;
        });
    }

    private void Sync()
    {
        long length = file.Length;
        file.Flush();
        _durableLength = length;
        _unflushed = false;
    }

    /// <summary>Brings all changed pages to their places.</summary>
    private void ApplyPages()
    {
        Sync();
        if (_dirty.Count == 0) return;
        foreach ((long at, byte[] page) in _dirty.OrderBy(p => p.Key)) file.Write(at, page);
        file.Flush();
        map.Bitmaps.Unpin(_dirty.Keys);
        _dirty.Clear();
        _log?.Restart();
    }

    /// <summary>A failure in the middle of a table change ends writing: memory and file may differ from here on.</summary>
    private void Guard(Action change)
    {
        try
        {
            change();
        }
        catch
        {
            _broken = true;
            throw;
        }
    }
}
