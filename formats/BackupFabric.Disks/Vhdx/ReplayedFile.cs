using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhdx;

/// <summary>A file that may not be changed, seen as it would be after its log was replayed.</summary>
internal sealed class ReplayedFile : IImageFile
{
    private readonly IImageFile _inner;
    private readonly long _length;

    /// <summary>Ascending and disjoint.</summary>
    private readonly LogChange[] _changes;

    public ReplayedFile(IImageFile inner, LogSequence sequence)
    {
        _inner = inner;
        _length = Math.Max(inner.Length, sequence.LastFileOffset);
        _changes = LastOfEach(sequence);
    }

    public string Path => _inner.Path;

    public bool CanWrite => false;

    public long Length => _length;

    public void Read(long offset, Span<byte> buffer)
    {
        int stored = Stored(offset, buffer.Length);
        if (stored > 0) _inner.Read(offset, buffer[..stored]);
        buffer[stored..].Clear();
        Patch(offset, buffer);
    }

    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        int stored = Stored(offset, buffer.Length);
        if (stored > 0) await _inner.ReadAsync(offset, buffer[..stored], cancellation);
        buffer.Span[stored..].Clear();
        Patch(offset, buffer.Span);
    }

    public void Write(long offset, ReadOnlySpan<byte> data) => throw ImageFault.ReadOnly(Path);

    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellation) => throw ImageFault.ReadOnly(Path);

    public void SetLength(long length) => throw ImageFault.ReadOnly(Path);

    public void Flush()
    {
        // Nothing is ever written through it.
    }

    /// <summary>Holes of the file may be filled by the log, so no hole is trusted near a change.</summary>
    public DiskRange? NextData(long offset, long end)
    {
        if (offset >= end) return null;
        int i = FirstEndingAfter(offset);
        bool changed = i < _changes.Length && _changes[i].FileOffset < end;
        if (changed || end > _inner.Length) return new DiskRange(offset, end - offset);
        return _inner.NextData(offset, end);
    }

    public void Dispose() => _inner.Dispose();

    private int Stored(long offset, int length) => (int)Math.Clamp(_inner.Length - offset, 0, length);

    private void Patch(long offset, Span<byte> buffer)
    {
        if (_changes.Length == 0) return;
        long end = offset + buffer.Length;
        for (int i = FirstEndingAfter(offset); i < _changes.Length && _changes[i].FileOffset < end; i++)
        {
            LogChange change = _changes[i];
            long from = Math.Max(offset, change.FileOffset), to = Math.Min(end, change.FileOffset + change.Length);
            Span<byte> target = buffer[(int)(from - offset)..(int)(to - offset)];
            if (change.Page is null) target.Clear();
            else change.Page.AsSpan((int)(from - change.FileOffset), target.Length).CopyTo(target);
        }
    }

    private int FirstEndingAfter(long offset)
    {
        int low = 0, high = _changes.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_changes[middle].FileOffset + _changes[middle].Length > offset) high = middle;
            else low = middle + 1;
        }

        return low;
    }

    /// <summary>Later changes win. Zeros are cut at pages of data written after them; zeros over earlier data take its place.</summary>
    private static LogChange[] LastOfEach(LogSequence sequence)
    {
        List<(long Start, long End, int Order, byte[]? Page)> all = [];
        foreach (LogChange change in sequence.Changes())
            all.Add((change.FileOffset, change.FileOffset + change.Length, all.Count, (byte[]?)change.Page?.Clone()));

        long[] edges = [.. all.SelectMany(c => new[] { c.Start, c.End }).Distinct().Order()];
        all.Sort((a, b) => a.Start.CompareTo(b.Start));
        PriorityQueue<(long End, long Start, byte[]? Page), int> newest = new();
        List<LogChange> result = [];
        int next = 0;
        for (int i = 0; i + 1 < edges.Length; i++)
        {
            for (; next < all.Count && all[next].Start == edges[i]; next++)
                newest.Enqueue((all[next].End, all[next].Start, all[next].Page), -all[next].Order);
            while (newest.Count > 0 && newest.Peek().End <= edges[i]) newest.Dequeue();
            if (newest.Count == 0) continue;
            // Every edge is on a page, so a stretch of data is one whole page.
            result.Add(new LogChange(edges[i], edges[i + 1] - edges[i], newest.Peek().Page));
        }

        return [.. result];
    }
}
