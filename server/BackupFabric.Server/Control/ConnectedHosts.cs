using System.Collections.Concurrent;
using BackupFabric.Protos.V1;

namespace BackupFabric.Server.Control;

/// <summary>Which hosts have a control stream now. A host has one; a newer stream takes the place of an older.</summary>
internal sealed class ConnectedHosts
{
    private readonly ConcurrentDictionary<Guid, AgentLink> _links = new();

    public AgentLink? Find(Guid hostId) => _links.GetValueOrDefault(hostId);

    public bool IsConnected(Guid hostId) => _links.ContainsKey(hostId);

    /// <summary>Ends the host's stream, if it has one, before its successor is made known.</summary>
    public void Drop(Guid hostId, Problem because)
    {
        if (_links.TryRemove(hostId, out var link)) link.Close(because);
    }

    public void Attach(AgentLink link)
    {
        AgentLink? replaced = null;
        _links.AddOrUpdate(link.HostId, link, (_, older) =>
        {
            replaced = older;
            return link;
        });
        replaced?.Close(ControlProblems.Replaced());
    }

    /// <summary>False when another stream has taken its place meanwhile.</summary>
    public bool Detach(AgentLink link) => _links.TryRemove(new KeyValuePair<Guid, AgentLink>(link.HostId, link));

    public void CloseAll(Problem because)
    {
        foreach (var link in _links.Values) link.Close(because);
    }
}
