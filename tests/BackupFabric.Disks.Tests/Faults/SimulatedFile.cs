using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Tests.Faults;

/// <summary>A file in memory that remembers which of its changes were not flushed.</summary>
internal sealed class SimulatedFile(SimulatedStore store, string path)
{
    private const int PageSize = 4096;
    private const int SectorSize = 512;

    private readonly List<(long Offset, byte[]? Data)> _unflushed = [];
    private Image _durable = new();
    private Image _current = new();

    public string Path => path;

    public long Length => _current.Length;

    public IImageFile Open(bool writable) => new Handle(this, writable);

    public byte[] ToArray()
    {
        byte[] all = new byte[Length];
        _current.Read(0, all);
        return all;
    }

    public SimulatedFile Clone(SimulatedStore other)
    {
        SimulatedFile clone = new(other, path) { _durable = _durable.Clone(), _current = _current.Clone() };
        clone._unflushed.AddRange(_unflushed);
        return clone;
    }

    /// <summary>What lies on the volume when the machine is up again.</summary>
    public void Recover(Loss loss, Random random)
    {
        if (loss == Loss.AllUnflushed) _current = _durable.Clone();
        if (loss == Loss.SomeUnflushed)
        {
            _current = _durable.Clone();
            foreach ((long offset, byte[]? data) in _unflushed)
            {
                if (random.Next(3) == 0) continue;
                Apply(_current, offset, data is not null && random.Next(3) == 0 ? Torn(data, random) : data);
            }
        }

        _durable = _current.Clone();
        _unflushed.Clear();
    }

    private static byte[] Torn(byte[] data, Random random) => data[..(random.Next((data.Length / SectorSize) + 1) * SectorSize)];

    private static void Apply(Image image, long offset, byte[]? data)
    {
        if (data is null) image.SetLength(offset);
        else image.Write(offset, data);
    }

    private void Change(long offset, byte[]? data)
    {
        store.Step();
        Apply(_current, offset, data);
        _unflushed.Add((offset, data));
    }

    private void Flush()
    {
        store.Step();
        foreach ((long offset, byte[]? data) in _unflushed) Apply(_durable, offset, data);
        _unflushed.Clear();
    }

    /// <summary>Bytes by pages; those never written are zero.</summary>
    private sealed class Image
    {
        private readonly Dictionary<long, byte[]> _pages = [];

        public long Length { get; private set; }

        public Image Clone()
        {
            Image clone = new() { Length = Length };
            foreach ((long number, byte[] page) in _pages) clone._pages[number] = page; // pages are replaced, never changed
            return clone;
        }

        public void SetLength(long length)
        {
            if (length < Length)
            {
                byte[] zeros = new byte[PageSize - (length % PageSize)];
                long old = Length;
                Write(length, zeros);
                foreach (long number in _pages.Keys.Where(n => n * PageSize >= length && n * PageSize <= old).ToList()) _pages.Remove(number);
            }

            Length = length;
        }

        public DiskRange? NextData(long offset, long end)
        {
            end = Math.Min(end, Length);
            if (offset >= end) return null;
            long first = _pages.Keys.Where(n => (n + 1) * PageSize > offset && n * PageSize < end).DefaultIfEmpty(-1).Min();
            if (first < 0) return null;
            long start = Math.Max(offset, first * PageSize);
            return new DiskRange(start, Math.Min(end, (first + 1) * PageSize) - start);
        }

        public void Read(long offset, Span<byte> buffer)
        {
            while (buffer.Length > 0)
            {
                int inside = (int)(offset % PageSize), here = Math.Min(buffer.Length, PageSize - inside);
                if (_pages.TryGetValue(offset / PageSize, out byte[]? page)) page.AsSpan(inside, here).CopyTo(buffer);
                else buffer[..here].Clear();
                buffer = buffer[here..];
                offset += here;
            }
        }

        public void Write(long offset, ReadOnlySpan<byte> data)
        {
            Length = Math.Max(Length, offset + data.Length);
            while (data.Length > 0)
            {
                int inside = (int)(offset % PageSize), here = Math.Min(data.Length, PageSize - inside);
                byte[] page = _pages.TryGetValue(offset / PageSize, out byte[]? old) ? [.. old] : new byte[PageSize];
                data[..here].CopyTo(page.AsSpan(inside));
                _pages[offset / PageSize] = page;
                data = data[here..];
                offset += here;
            }
        }
    }

    private sealed class Handle(SimulatedFile file, bool writable) : IImageFile
    {
        public string Path => file.Path;

        public bool CanWrite => writable;

        public long Length => file.Length;

        public void Read(long offset, Span<byte> buffer)
        {
            if (offset + buffer.Length > Length) throw ImageFault.Damaged(Path, $"the file ends before {offset + buffer.Length}");
            file._current.Read(offset, buffer);
        }

        public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
        {
            Read(offset, buffer.Span);
            return ValueTask.CompletedTask;
        }

        public void Write(long offset, ReadOnlySpan<byte> data)
        {
            Assert.True(writable);
            file.Change(offset, data.ToArray());
        }

        public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellation)
        {
            Write(offset, data.Span);
            return ValueTask.CompletedTask;
        }

        public void SetLength(long length)
        {
            Assert.True(writable);
            file.Change(length, null);
        }

        public void Flush() => file.Flush();

        public DiskRange? NextData(long offset, long end) => file._current.NextData(offset, end);

        public void Dispose()
        {
            // What is in memory stays for the next opening.
        }
    }
}
