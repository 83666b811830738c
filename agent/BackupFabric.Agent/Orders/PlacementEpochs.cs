using System.Text.Json;
using BackupFabric.Agent.Journal;

namespace BackupFabric.Agent.Orders;

/// <summary>
/// The newest placement of each VM that this host has worked for, durable: an order for an older one comes from a server that
/// does not yet know where the VM has gone.
/// </summary>
internal sealed class PlacementEpochs
{
    private readonly string _path;
    private readonly Dictionary<Guid, ulong> _newest;
    private readonly Lock _gate = new();

    public PlacementEpochs(string path)
    {
        _path = path;
        _newest = DurableFile.ReadIfThere(path) is { } bytes ? JsonSerializer.Deserialize(bytes, OrdersJson.Default.DictionaryGuidUInt64) ?? [] : [];
    }

    /// <summary>False when the host has seen a newer placement, which is then <paramref name="newest"/>.</summary>
    public bool TryAccept(Guid vmId, ulong epoch, out ulong newest)
    {
        lock (_gate)
        {
            newest = _newest.GetValueOrDefault(vmId);
            if (epoch < newest) return false;
            if (epoch == newest) return true;
            _newest[vmId] = newest = epoch;
            DurableFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(_newest, OrdersJson.Default.DictionaryGuidUInt64));
            return true;
        }
    }
}
