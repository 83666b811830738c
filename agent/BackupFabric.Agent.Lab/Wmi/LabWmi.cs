using System.Runtime.CompilerServices;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Faults;
using BackupFabric.Agent.Lab.Schema;
using BackupFabric.Agent.Lab.Storage;
using BackupFabric.Agent.Lab.Wmi.Instances;
using BackupFabric.Agent.Lab.Wmi.Jobs;
using BackupFabric.Agent.Lab.Wmi.Methods;
using BackupFabric.Agent.Lab.Wmi.Wql;

namespace BackupFabric.Agent.Lab.Wmi;

/// <summary>root\virtualization\v2 of a lab host. Answers only what the schema of the host's Windows release knows.</summary>
internal sealed class LabWmi : IWmi
{
    private readonly LabHost _host;
    private readonly JobTable _jobs;

    public LabWmi(LabHost host)
    {
        _host = host;
        _jobs = new JobTable(host);
        if (!host.Document.On)
            return;
        foreach (VmDocument vm in host.Vms().Where(ChainMerge.IsDue))
            _jobs.Background(cancellation => Merging.RunAsync(host, vm.Id, cancellation));
    }

    public string Namespace => ObjectPath.VirtualizationNamespace;

    public async IAsyncEnumerable<WmiObject> QueryAsync(string wql, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await Task.Yield();
        InstanceGraph graph = Graph();
        IEnumerable<WmiObject> answer = WqlParser.Parse(wql) switch
        {
            WqlSelect select => graph.Select(select),
            WqlRelated related => graph.Related(related),
            _ => throw Wbem.InvalidQuery(wql, "it is of no known kind"),
        };
        foreach (WmiObject instance in answer)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return instance;
        }
    }

    public ValueTask<WmiObject?> GetAsync(string path, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Graph().Find(path));
    }

    public async ValueTask<WmiObject> InvokeAsync(string path, string method, IReadOnlyDictionary<string, object?> arguments, CancellationToken cancellation = default)
    {
        InstanceGraph graph = Graph();
        WmiClass owner = graph.Schema.Class(ObjectPath.Parse(path).ClassName);
        WmiMethod known = owner.Method(method) ?? throw Wbem.InvalidMethod(owner.Name, method);
        ArgumentCheck.Check(graph.Schema, owner, known, arguments);
        WmiObject target = graph.Find(path) ?? throw Wbem.NotFoundAt(path);
        MethodCall call = new(_host, graph, _jobs, target, arguments);
        VmDocument? vm = Concerned(call, known);
        int? level = call.Embedded("SnapshotSettings")?.Get<int>("ConsistencyLevel");
        if (await _host.Faults.TakeAsync(known.Name, vm, level, cancellation) is { } fault)
            return Meet(call, vm, fault);
        return await MethodTable.RunAsync(owner.Name, known.Name, call, cancellation);
    }

    public IAsyncEnumerable<WmiObject> SubscribeAsync(string wql, CancellationToken cancellation = default) =>
        new EventSubscription(Graph, _host.Time, wql).RunAsync(cancellation);

    public ValueTask DisposeAsync() => _jobs.DisposeAsync();

    private static WmiObject Meet(MethodCall call, VmDocument? vm, MethodFault fault) =>
        fault.ReturnValue is { } code
            ? MethodCall.Answer(code)
            : call.Start(0, "Failing on purpose", vm, (_, _) => throw new JobFailedException((ushort)fault.JobErrorCode, fault.JobError ?? "A fault of the lab."));

    /// <summary>The VM that the first reference of a call leads to.</summary>
    private static VmDocument? Concerned(MethodCall call, WmiMethod method)
    {
        foreach (WmiParameter reference in method.In.Where(p => p.Type == "reference" && !p.Array))
        {
            if (call.Vm(reference.Name) is { } vm)
                return vm;
            if (call.Configuration(reference.Name) is { } found)
                return found.Vm;
            if (Guid.TryParse(call.Referenced(reference.Name)?.Get<string>("VirtualSystemIdentifier"), out Guid id))
                return call.Host.FindVm(id);
        }

        return null;
    }

    private InstanceGraph Graph() => _host.Document.On ? HostSnapshot.Build(_host, _jobs) : throw Wbem.HostIsOff(_host.Name);
}
