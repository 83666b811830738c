using BackupFabric.Agent.Ports;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.Tests.TestKit;

internal sealed class MemoryTarget(MemoryHypervisor host, IHostJournal journal, JournalEntry entry, RecoverOrder order) : IRecoveryTarget
{
    public IReadOnlyList<IRecoveryDisk> Disks { get; } = [.. order.Disks.Select(d => new MemoryRecoveryDisk(d.DiskKey, (long)d.Length))];

    public bool IsFinished { get; private set; }

    public Guid JobId => entry.JobId;

    public async Task<Guid> FinishAsync(CancellationToken cancellation)
    {
        IsFinished = true;
        await journal.ForgetAsync(entry, CancellationToken.None);
        return entry.VmId;
    }

    public async ValueTask DisposeAsync()
    {
        if (IsFinished) return;
        host.Remove(entry.Detail);
        await journal.ForgetAsync(entry, CancellationToken.None);
    }
}

internal sealed class MemoryRecoveryDisk(string key, long length) : IRecoveryDisk
{
    private long _end;

    public byte[] Content { get; } = new byte[length];

    public string DiskKey => key;

    public long Length => length;

    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        Assert.True(offset >= _end, $"A write at {offset} came after one that ended at {_end}.");
        data.CopyTo(Content.AsMemory((int)offset));
        _end = offset + data.Length;
        return ValueTask.CompletedTask;
    }

    public ValueTask FlushAsync(CancellationToken cancellation) => ValueTask.CompletedTask;
}
