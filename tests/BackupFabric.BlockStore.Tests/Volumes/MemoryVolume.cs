using System.Runtime.CompilerServices;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Tests.Volumes;

/// <summary>
/// A volume that knows what is durable. The fault model after the machine has died: a name that was not synchronized is as before or as after, each by chance; of the
/// bytes that were not flushed, none, some pages, or all are there, and pages that are not there read as zeros.
/// </summary>
internal sealed class MemoryVolume(long capacity = long.MaxValue) : IVolume
{
    private const int Page = 512;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Content> _live = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Content> _durable = new(StringComparer.Ordinal);
    private readonly HashSet<string> _locks = [];

    public string Name => "memory";

    public long Capacity { get; set; } = capacity;

    /// <summary>What another process finds after this one was killed: everything that was handed to the operating system.</summary>
    public MemoryVolume AfterKill()
    {
        lock (_gate)
        {
            var after = new MemoryVolume(Capacity);
            // The same content under a synchronized and an unsynchronized name stays one content, and what was not flushed is not flushed by a kill.
            var copies = _live.Values.Union(_durable.Values).ToDictionary(content => content, content => content.Copy(content.Length, content.Flushed));
            foreach (var (name, content) in _live) after._live[name] = copies[content];
            foreach (var (name, content) in _durable) after._durable[name] = copies[content];
            return after;
        }
    }

    /// <summary>What is found after the power was cut.</summary>
    public MemoryVolume AfterPowerCut(Random chance)
    {
        lock (_gate)
        {
            var after = new MemoryVolume(Capacity);
            foreach (var name in _live.Keys.Union(_durable.Keys).Order(StringComparer.Ordinal))
            {
                var content = chance.Next(2) == 0 ? _live.GetValueOrDefault(name) : _durable.GetValueOrDefault(name);
                if (content is null) continue;
                after._live[name] = after._durable[name] = Torn(content, chance);
            }

            return after;
        }
    }

    /// <summary>The file's bytes, to be damaged by a test.</summary>
    public byte[] BytesOf(string name)
    {
        lock (_gate) return _live[name].Bytes[.._live[name].Length];
    }

    public void SetBytes(string name, byte[] bytes)
    {
        lock (_gate) _live[name] = _durable[name] = new Content { Bytes = bytes, Length = bytes.Length, Flushed = bytes.Length };
    }

    /// <summary>Changes a byte under those who have the file open.</summary>
    public void Overwrite(string name, int at, byte value)
    {
        lock (_gate) _live[name].Bytes[at] = value;
    }

    public IReadOnlyList<string> Names(string folder = "")
    {
        lock (_gate) return [.. _live.Keys.Where(name => folder.Length == 0 || FolderOf(name) == folder).Order(StringComparer.Ordinal)];
    }

    public async IAsyncEnumerable<VolumeEntry> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellation)
    {
        VolumeEntry[] entries;
        lock (_gate)
        {
            var files = _live.Where(file => FolderOf(file.Key) == folder).Select(file => new VolumeEntry(file.Key[(file.Key.LastIndexOf('/') + 1)..], file.Value.Length));
            var folders = folder.Length > 0 ? [] : _live.Keys.Where(name => name.Contains('/', StringComparison.Ordinal)).Select(name => new VolumeEntry(name[..(name.IndexOf('/', StringComparison.Ordinal) + 1)], 0)).Distinct();
            entries = [.. files, .. folders];
        }

        foreach (var entry in entries)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return entry;
        }

        await ValueTask.CompletedTask;
    }

    public ValueTask<IVolumeFile> CreateAsync(string name, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_live.ContainsKey(name)) throw new IOException($"'{name}' exists.");
            _live[name] = new Content();
            return new(new OpenFile(this, name, _live[name], append: true));
        }
    }

    public ValueTask<IVolumeFile> OpenAsync(string name, bool append, CancellationToken cancellation)
    {
        lock (_gate)
        {
            return _live.TryGetValue(name, out var content) ? new(new OpenFile(this, name, content, append)) : throw new FileNotFoundException($"'{name}' does not exist.", name);
        }
    }

    public ValueTask RenameAsync(string from, string to, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (!_live.Remove(from, out var content)) throw new FileNotFoundException($"'{from}' does not exist.", from);
            _live[to] = content;
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask DeleteAsync(string name, CancellationToken cancellation)
    {
        lock (_gate)
        {
            _live.Remove(name);
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask SyncFolderAsync(string folder, CancellationToken cancellation)
    {
        lock (_gate)
        {
            foreach (var gone in _durable.Keys.Where(name => FolderOf(name) == folder && !_live.ContainsKey(name)).ToArray()) _durable.Remove(gone);
            foreach (var (name, content) in _live.Where(file => FolderOf(file.Key) == folder)) _durable[name] = content;
            return ValueTask.CompletedTask;
        }
    }

    public long FreeBytes()
    {
        lock (_gate) return Capacity == long.MaxValue ? 1L << 40 : Math.Max(0, Capacity - Used());
    }

    public ValueTask<IDisposable?> TryLockAsync(string name, CancellationToken cancellation)
    {
        lock (_gate)
        {
            _live.TryAdd(name, new Content());
            return new(_locks.Add(name) ? new Held(this, name) : null);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string FolderOf(string name) => name.LastIndexOf('/') is var slash and >= 0 ? name[..slash] : "";

    private long Used() => _live.Values.Sum(content => (long)content.Length);

    private static Content Torn(Content content, Random chance)
    {
        var length = chance.Next(3) switch
        {
            0 => content.Flushed,
            1 => chance.Next(content.Flushed, content.Length + 1),
            _ => content.Length,
        };
        var torn = content.Copy(length, length);
        if (chance.Next(2) == 0) return torn;
        for (var page = content.Flushed / Page; page * Page < length; page++)
        {
            var from = Math.Max(page * Page, content.Flushed);
            if (chance.Next(2) == 0) torn.Bytes.AsSpan(from, Math.Min((page + 1) * Page, length) - from).Clear();
        }

        return torn;
    }

    private sealed class Content
    {
        public byte[] Bytes { get; set; } = [];

        public int Length { get; set; }

        public int Flushed { get; set; }

        public Content Copy(int length, int flushed) => new() { Bytes = Bytes[..length], Length = length, Flushed = flushed };

        public void Append(ReadOnlySpan<byte> data)
        {
            if (Bytes.Length < Length + data.Length)
            {
                var grown = new byte[Math.Max(2 * Bytes.Length, Length + data.Length)];
                Bytes.AsSpan(0, Length).CopyTo(grown);
                Bytes = grown;
            }

            data.CopyTo(Bytes.AsSpan(Length));
            Length += data.Length;
        }
    }

    private sealed class Held(MemoryVolume volume, string name) : IDisposable
    {
        public void Dispose()
        {
            lock (volume._gate) volume._locks.Remove(name);
        }
    }

    private sealed class OpenFile(MemoryVolume volume, string name, Content content, bool append) : IVolumeFile
    {
        private bool _closed;

        public string Name => name;

        public long Length
        {
            get { lock (volume._gate) return content.Length; }
        }

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation) => new(Read(offset, buffer.Span));

        public int Read(long offset, Span<byte> buffer)
        {
            lock (volume._gate)
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                var count = (int)Math.Clamp(content.Length - offset, 0, buffer.Length);
                if (count > 0) content.Bytes.AsSpan((int)offset, count).CopyTo(buffer);
                return count;
            }
        }

        public ValueTask AppendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
        {
            lock (volume._gate)
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                if (!append) throw new UnauthorizedAccessException($"'{name}' is open for reading.");
                if (volume.Used() + data.Length > volume.Capacity) throw new VolumeFullException($"There is no room for {data.Length} bytes more in '{name}'.");
                content.Append(data.Span);
                return ValueTask.CompletedTask;
            }
        }

        public ValueTask FlushAsync(CancellationToken cancellation)
        {
            lock (volume._gate)
            {
                content.Flushed = content.Length;
                return ValueTask.CompletedTask;
            }
        }

        public ValueTask TruncateAsync(long length, CancellationToken cancellation)
        {
            lock (volume._gate)
            {
                content.Length = (int)Math.Min(content.Length, length);
                content.Flushed = Math.Min(content.Flushed, content.Length);
                return ValueTask.CompletedTask;
            }
        }

        public ValueTask DisposeAsync()
        {
            _closed = true;
            return ValueTask.CompletedTask;
        }
    }
}
