namespace BackupFabric.Agent.Lab.DataCenter;

/// <summary>
/// What the lab keeps of a VM wherever it is registered: locks and the ground truth. Lies outside the simulated volumes.
/// </summary>
internal sealed class VmFolder(string path)
{
    public string Path { get; } = path;

    public string TruthDocument => System.IO.Path.Combine(Path, "truth.json");

    /// <summary>One line of JSON per checkpoint ever taken.</summary>
    public string Moments => System.IO.Path.Combine(Path, "moments.jsonl");

    public string Writes => System.IO.Path.Combine(Path, "writes.log");

    /// <summary>Sequence of the first write that may not have reached the disk; empty when all have.</summary>
    public string Unsettled => System.IO.Path.Combine(Path, "writes.unsettled");

    /// <summary>Held by the one process that merges this VM's disks.</summary>
    public string MergeLock => System.IO.Path.Combine(Path, "merge.lock");

    /// <summary>Held by the guest during a transaction of its application, and by guest VSS to stand between two.</summary>
    public string ApplicationLock => System.IO.Path.Combine(Path, "application.lock");

    /// <summary>Held by the process in which the guest runs.</summary>
    public string GuestLock => System.IO.Path.Combine(Path, "guest.lock");

    /// <summary>
    /// The lock over the VM's document and its writable disk files. The one who waits holds the gate, so a guest that takes the lock again and again cannot starve a merge or a checkpoint.
    /// </summary>
    public async Task<FileLock> LockAsync(CancellationToken cancellation)
    {
        using FileLock gate = await FileLock.TakeAsync(System.IO.Path.Combine(Path, "gate.lock"), cancellation);
        return await FileLock.TakeAsync(System.IO.Path.Combine(Path, "vm.lock"), cancellation);
    }
}
