using System.Collections.Concurrent;

namespace BackupFabric.Agent.HyperV.Checkpoints;

/// <summary>
/// VMs with a recovery checkpoint that a running job of this process is making or using. A recovery checkpoint of ours on any other VM is left over.
/// </summary>
internal sealed class ActiveCheckpoints
{
    private readonly ConcurrentDictionary<Guid, byte> _vms = new();

    public bool Contains(Guid vmId) => _vms.ContainsKey(vmId);

    /// <summary>False when a job of this process is at it already.</summary>
    public bool TryEnter(Guid vmId) => _vms.TryAdd(vmId, 0);

    public void Leave(Guid vmId) => _vms.TryRemove(vmId, out _);
}
