using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Machines;
using BackupFabric.Agent.Lab.Storage;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Guests;

/// <param name="WrittenBytes">Sum of all writes.</param>
/// <param name="ChangedBytes">Bytes of the disks that were written at least once.</param>
/// <param name="ChangedBytesInClusters">The same, each write widened to clusters of 4 KiB.</param>
/// <param name="ChangedBytesInBlocks">The same, each write widened to 64 KiB, the average block of a repository.</param>
public sealed record GuestReport(
    Guid Vm, long Writes, long WrittenBytes, long ChangedBytes, long ChangedBytesInClusters, long ChangedBytesInBlocks, long Transactions, long LastSequence);

/// <summary>The guest of a running VM: writes to its disks, keeps the ground truth, and runs an application with transactions.</summary>
public sealed class LabGuest : IDisposable
{
    private const int BatchBytes = 16 * 1024 * 1024;
    private const int BatchWrites = 256;
    private const int ClusterBytes = 4096;
    private const int BlockBytes = 64 * 1024;
    private const int ChangedRangesMax = 100_000;

    private readonly LabHost _host;
    private readonly Guid _vm;
    private readonly FileLock _lock;
    private readonly WriteChooser _chooser;
    private readonly List<DiskRange> _changed = [];
    private long _writes;
    private long _writtenBytes;
    private long _transactions;

    private LabGuest(LabHost host, Guid vm, FileLock held, WriteChooser chooser)
    {
        _host = host;
        _vm = vm;
        _lock = held;
        _chooser = chooser;
    }

    public GuestReport Report => new(
        _vm,
        _writes,
        _writtenBytes,
        Extents.Of(_changed).TotalLength,
        Extents.Of(_changed).RoundTo(ClusterBytes, long.MaxValue).TotalLength,
        Extents.Of(_changed).RoundTo(BlockBytes, long.MaxValue).TotalLength,
        _transactions,
        Truth.LastSequence(_host.FolderOf(_vm)));

    /// <summary>Runs the guest of a VM in this process; a VM has one guest at a time.</summary>
    public static async Task<LabGuest> OpenAsync(string labFolder, string vm, ulong seed, TimeProvider? time = null, CancellationToken cancellation = default)
    {
        (LabHost host, VmDocument found) = VmFinder.Find(LabFolder.Open(labFolder), vm, time ?? TimeProvider.System);
        VmFolder folder = host.FolderOf(found.Id);
        FileLock held = FileLock.TryTake(folder.GuestLock)
            ?? throw new LabException("guest-runs", $"The guest of '{found.Settings.Name}' already runs in another process.", "Stop that process first.");
        try
        {
            using FileLock quiet = await GuestApplication.QuiesceAsync(host, found.Id, cancellation);
            using VmSession session = await VmSession.OpenAsync(host, found.Id, cancellation);
            EnsureRunning(session);
            await TruthAdoption.EnsureAsync(session, cancellation);
            await GuestApplication.RecoverAsync(session, cancellation);
            TruthDocument truth = LabJson.Read(folder.TruthDocument, LabJson.Default.TruthDocument)!;
            Extents kept = truth.Application is { } place ? Extents.Of([new(place.FirstPage, ApplicationPlace.AreaSize)]) : Extents.Empty;
            ulong start = SplitMix.At(seed, (ulong)Truth.LastSequence(folder));
            return new(host, found.Id, held, new WriteChooser(start, [.. truth.Disks.Select(d => d.Length)], kept));
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Writes so many bytes, a transaction of the application between every few of them.</summary>
    public async Task WriteAsync(long bytes, CancellationToken cancellation = default)
    {
        for (long left = bytes; left > 0;)
        {
            left -= await WriteBatchAsync(Math.Min(left, BatchBytes), cancellation);
            await GuestApplication.TransactAsync(_host, _vm, cancellation);
            _transactions++;
        }
    }

    /// <summary>Writes at a rate until cancelled.</summary>
    public async Task RunAsync(long bytesPerSecond, CancellationToken cancellation)
    {
        long start = _host.Time.GetTimestamp();
        long before = _writtenBytes;
        while (!cancellation.IsCancellationRequested)
        {
            await WriteAsync(Math.Clamp(bytesPerSecond / 2, 4096, BatchBytes), cancellation);
            TimeSpan ahead = TimeSpan.FromSeconds((_writtenBytes - before) / (double)bytesPerSecond) - _host.Time.GetElapsedTime(start);
            if (ahead > TimeSpan.Zero)
                await Task.Delay(ahead, _host.Time, cancellation);
        }
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>Kept as few ranges, however long the guest runs. Disks are told apart by adding their number far above any length.</summary>
    private void Remember(List<WriteRecord> batch)
    {
        _changed.AddRange(batch.Select(r => new DiskRange(r.Offset + ((long)r.Disk << 50), r.Length)));
        if (_changed.Count < ChangedRangesMax)
            return;
        Extents merged = Extents.Of(_changed);
        _changed.Clear();
        _changed.AddRange(merged.Ranges);
    }

    private static void EnsureRunning(VmSession session)
    {
        if (!session.Vm.Running)
            throw new LabException("vm-off", $"'{session.Vm.Settings.Name}' is off.", $"Start it with 'bf-lab vm start --vm \"{session.Vm.Settings.Name}\"'.");
    }

    private async Task<long> WriteBatchAsync(long bytes, CancellationToken cancellation)
    {
        List<WriteRecord> batch = [];
        long chosen = 0;
        while (chosen < bytes && batch.Count < BatchWrites)
        {
            batch.Add(_chooser.Next(bytes - chosen));
            chosen += batch[^1].Length;
        }

        using VmSession session = await VmSession.OpenAsync(_host, _vm, cancellation);
        EnsureRunning(session);
        await GuestWrites.ApplyAsync(session, batch, cancellation);
        _writes += batch.Count;
        _writtenBytes += chosen;
        Remember(batch);
        return chosen;
    }
}
