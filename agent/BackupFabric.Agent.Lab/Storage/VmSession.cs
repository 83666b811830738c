using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Guests;

namespace BackupFabric.Agent.Lab.Storage;

/// <summary>
/// A VM held under its lock. Opening one ends what a dead process had begun: files nobody owns are removed, the last step of a merge is done again,
/// writes of the guest that may not have landed are written again.
/// </summary>
internal sealed class VmSession : IDisposable
{
    private readonly FileLock _lock;

    private VmSession(LabHost host, VmDocument vm, FileLock held)
    {
        Host = host;
        Vm = vm;
        _lock = held;
        Folder = host.FolderOf(vm.Id);
    }

    public LabHost Host { get; }

    public VmDocument Vm { get; }

    public VmFolder Folder { get; }

    /// <summary>Null when the VM is not registered on the host (any more).</summary>
    public static async Task<VmSession?> TryOpenAsync(LabHost host, Guid vmId, CancellationToken cancellation)
    {
        FileLock held = await host.FolderOf(vmId).LockAsync(cancellation);
        try
        {
            if (host.FindVm(vmId) is { } vm)
            {
                VmSession session = new(host, vm, held);
                await session.RepairAsync(cancellation);
                return session;
            }
        }
        catch
        {
            held.Dispose();
            throw;
        }

        held.Dispose();
        return null;
    }

    public static async Task<VmSession> OpenAsync(LabHost host, Guid vmId, CancellationToken cancellation) =>
        await TryOpenAsync(host, vmId, cancellation)
        ?? throw new LabException("no-such-vm", $"Host '{host.Name}' has no VM {vmId}.", "It may have been removed or moved; 'bf-lab vm list' shows where every VM is.");

    public string Local(string windowsPath) => Host.Volumes.ToLocal(windowsPath);

    public void Save() => Host.Save(Vm);

    /// <summary>Deletes what the document lists as discarded, then forgets it.</summary>
    public void Sweep()
    {
        if (Vm.Discarded.Count == 0)
            return;
        foreach (string path in Vm.Discarded)
            File.Delete(Local(path));
        Vm.Discarded.Clear();
        Save();
    }

    public void Dispose() => _lock.Dispose();

    private async Task RepairAsync(CancellationToken cancellation)
    {
        Sweep();
        if (Vm.Merging is not null)
            await ChainMerge.FinishLeafAsync(this, cancellation);
        await GuestWrites.SettleAsync(this, cancellation);
    }
}
