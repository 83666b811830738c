using BackupFabric.Agent.Ports;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Tests.TestKit;

internal sealed class MemoryVm(Guid id)
{
    public Guid Id { get; } = id;

    public List<MemoryDisk> Disks { get; } = [];

    public MemoryDisk AddDisk(long length)
    {
        var disk = new MemoryDisk(Guid.NewGuid().ToString(), length);
        Disks.Add(disk);
        return disk;
    }
}

/// <summary>A disk with change tracking: every freeze gives an id, and writes are remembered by the ids before them.</summary>
internal sealed class MemoryDisk(string key, long length)
{
    private readonly List<DiskRange> _writes = [];
    private byte[] _content = new byte[length];

    public string Key { get; } = key;

    public Extents Allocated { get; private set; } = Extents.Empty;

    public ReadOnlySpan<byte> Content => _content;

    /// <summary>Writes from now on are kept from change tracking.</summary>
    public bool IsTrackingBypassed { get; set; }

    /// <summary>Change tracking has forgotten everything.</summary>
    public bool IsTrackingLost { get; set; }

    public long BytesRead;

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        data.CopyTo(_content.AsSpan((int)offset));
        var range = new DiskRange(offset, data.Length);
        // Images allocate in blocks; what is allocated beyond the write reads as zero.
        Allocated = Allocated.Union(Extents.Of([range]).RoundTo(64 << 10, _content.Length));
        if (!IsTrackingBypassed) _writes.Add(range);
    }

    public void WriteRandom(long offset, int length, int seed)
    {
        var data = new byte[length];
        new Random(seed).NextBytes(data);
        Write(offset, data);
    }

    public void Grow(long length) => Array.Resize(ref _content, (int)length);

    public MemorySnapshotDisk Freeze(Func<CancellationToken, Task> onRead) => new(this, (byte[])_content.Clone(), Allocated, _writes.Count, onRead);

    public Extents? ChangedBetween(string changeTrackingId, int until) =>
        IsTrackingLost ? null : Extents.Of(_writes.Take(until).Skip(int.Parse(changeTrackingId, null)));
}

internal sealed class MemorySnapshotDisk(MemoryDisk disk, byte[] content, Extents allocated, int writes, Func<CancellationToken, Task> onRead) : ISnapshotDisk
{
    private int _closed;

    public string DiskKey => disk.Key;

    public string Path => @"C:\VMs\disk.vhdx";

    public string Location => "SCSI 0:0";

    public int LogicalSectorSize => 512;

    public int PhysicalSectorSize => 4096;

    public int BlockSize => 1 << 20;

    public long Length => content.Length;

    public string ChangeTrackingId => writes.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        Assert.Equal(0, Volatile.Read(ref _closed));
        await onRead(cancellation);
        content.AsMemory((int)offset, buffer.Length).CopyTo(buffer);
        Interlocked.Add(ref disk.BytesRead, buffer.Length);
    }

    public Task<Extents> AllocatedAsync(CancellationToken cancellation) => Task.FromResult(allocated);

    public Task<Extents?> ChangedSinceAsync(string changeTrackingId, CancellationToken cancellation) =>
        Task.FromResult(disk.ChangedBetween(changeTrackingId, writes));

    public void Close() => Volatile.Write(ref _closed, 1);
}
