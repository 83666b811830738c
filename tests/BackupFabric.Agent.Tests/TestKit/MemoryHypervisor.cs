using System.Runtime.CompilerServices;
using System.Threading.Channels;
using BackupFabric.Agent.Ports;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.Tests.TestKit;

/// <summary>A host whose VMs are arrays: frozen, tracked, recovered, and watched for what stays behind.</summary>
internal sealed class MemoryHypervisor : IHypervisor
{
    private readonly Channel<HostChange> _hints = Channel.CreateUnbounded<HostChange>();
    private int _referencePoints;

    public MemoryVm Vm { get; } = new(Guid.NewGuid());

    public List<VirtualMachine> Listed { get; } = [];

    /// <summary>Checkpoints, reference points and half-made VMs that are on the host now.</summary>
    public HashSet<string> OnHost { get; } = [];

    public MemoryTarget? Recovered { get; private set; }

    public Exception? SnapshotFails { get; set; }

    public Exception? KeepFails { get; set; }

    public Exception? CleanUpFails { get; set; }

    /// <summary>Called whenever frozen bytes are read.</summary>
    public Func<CancellationToken, Task>? OnRead { get; set; }

    public List<string> Destroyed { get; } = [];

    public string Description => "memory";

    public string OperatingSystem => "none";

    public Task<HostInventory> InventoryAsync(CancellationToken cancellation)
    {
        lock (Listed) return Task.FromResult(new HostInventory([.. Listed.Select(v => v.Clone())], []));
    }

    public void Hint() => _hints.Writer.TryWrite(new HostChange(HostChangeKind.Changed, Vm.Id));

    public async IAsyncEnumerable<HostChange> ChangesAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var hint in _hints.Reader.ReadAllAsync(cancellation)) yield return hint;
    }

    public async Task<ISnapshot> SnapshotAsync(SnapshotRequest request, IHostJournal journal, CancellationToken cancellation)
    {
        if (SnapshotFails is { } failure) throw failure;
        if (request.VmId != Vm.Id) throw new ProblemException("vm-not-here", "The VM is not here.", "Look elsewhere.");
        var name = "checkpoint-" + Guid.NewGuid().ToString("N");
        var entry = await journal.RecordAsync(request.JobId, JournalKind.Checkpoint, request.VmId, name, cancellation);
        Put(name);
        return new MemorySnapshot(this, journal, entry, [.. Vm.Disks.Select(d => d.Freeze(ReadAsync))]);
    }

    public Task CleanUpAsync(JournalEntry entry, CancellationToken cancellation)
    {
        if (CleanUpFails is { } failure) throw failure;
        Remove(entry.Detail);
        return Task.CompletedTask;
    }

    public Task DestroyReferencePointAsync(Guid vmId, string referencePointId, CancellationToken cancellation)
    {
        Destroyed.Add(referencePointId);
        Remove(referencePointId);
        return Task.CompletedTask;
    }

    public async Task<IRecoveryTarget> RecoverAsync(RecoverOrder order, IHostJournal journal, CancellationToken cancellation)
    {
        var name = "vm-" + order.Name;
        var entry = await journal.RecordAsync(Guid.Empty, JournalKind.RecoveredVm, Guid.NewGuid(), name, cancellation);
        Put(name);
        return Recovered = new MemoryTarget(this, journal, entry, order);
    }

    public string NewReferencePoint() => $"rp-{Interlocked.Increment(ref _referencePoints)}";

    public void Put(string thing)
    {
        lock (OnHost) OnHost.Add(thing);
    }

    public void Remove(string thing)
    {
        lock (OnHost) OnHost.Remove(thing);
    }

    private Task ReadAsync(CancellationToken cancellation) => OnRead?.Invoke(cancellation) ?? Task.CompletedTask;
}
