using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Schema;
using BackupFabric.Agent.Lab.Wmi.Jobs;

namespace BackupFabric.Agent.Lab.Wmi.Instances;

/// <summary>What the instances of a host are made of.</summary>
internal sealed record HostSnapshot(HostDocument Host, IReadOnlyList<VmDocument> Vms, IReadOnlyList<LabJob> Jobs, DateTimeOffset Now)
{
    public static InstanceGraph Build(LabHost host, JobTable jobs)
    {
        HostSnapshot snapshot = new(host.Document, host.Vms(), jobs.Jobs, host.Time.GetUtcNow());
        InstanceGraph graph = new(WmiSchema.For(host.Version), host.Name);
        HostInstances.Add(graph, snapshot);
        foreach (VmDocument vm in snapshot.Vms)
            VmInstances.Add(graph, snapshot, vm);
        JobInstances.Add(graph, snapshot);
        return graph;
    }
}
