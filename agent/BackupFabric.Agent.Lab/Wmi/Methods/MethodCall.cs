using System.Collections;
using System.Globalization;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Storage;
using BackupFabric.Agent.Lab.Wmi.Instances;
using BackupFabric.Agent.Lab.Wmi.Jobs;

namespace BackupFabric.Agent.Lab.Wmi.Methods;

/// <summary>A call whose arguments the schema has accepted.</summary>
internal sealed record MethodCall(LabHost Host, InstanceGraph Graph, JobTable Jobs, WmiObject Target, IReadOnlyDictionary<string, object?> Arguments)
{
    public const uint Done = 0;
    public const uint JobStarted = 4096;
    public const uint NotSupported = 32770;
    public const uint InvalidParameter = 32773;
    public const uint InvalidState = 32775;

    public string? Text(string name) => Value(name) as string;

    public bool Flag(string name) => Value(name) is true;

    public long? Number(string name) => Value(name) is { } value ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : null;

    public WmiObject? Embedded(string name) => Value(name) as WmiObject;

    public IReadOnlyList<WmiObject> EmbeddedList(string name) => Value(name) is IEnumerable list ? [.. list.Cast<object>().OfType<WmiObject>()] : [];

    public IReadOnlyList<string> Texts(string name) => Value(name) is IEnumerable list and not string ? [.. list.Cast<object>().OfType<string>()] : [];

    /// <summary>The instance that a reference parameter names; null when it is gone.</summary>
    public WmiObject? Referenced(string name) => Text(name) is { } path ? Graph.Find(path) : null;

    /// <summary>The VM that a reference to a (planned) computer system names.</summary>
    public VmDocument? Vm(string name) =>
        Referenced(name) is { } system && Guid.TryParse(system.Get<string>("Name"), out Guid id) ? Host.FindVm(id) : null;

    /// <summary>The VM and configuration that a reference to a Msvm_VirtualSystemSettingData names.</summary>
    public (VmDocument Vm, Guid Configuration)? Configuration(string name) =>
        Referenced(name) is { } settings
        && Guid.TryParse(settings.Get<string>("VirtualSystemIdentifier"), out Guid vmId)
        && Guid.TryParse(settings.Get<string>("ConfigurationID"), out Guid configuration)
        && Host.FindVm(vmId) is { } vm
            ? (vm, configuration)
            : null;

    public static WmiObject Answer(uint code, params ReadOnlySpan<(string Name, object? Value)> outputs)
    {
        Dictionary<string, object?> values = new(StringComparer.OrdinalIgnoreCase) { ["ReturnValue"] = code };
        foreach ((string name, object? value) in outputs)
            values[name] = value;
        return new("__PARAMETERS", null, values);
    }

    public WmiObject Start(ushort type, string caption, VmDocument? vm, Func<LabJob, CancellationToken, Task> work, ushort operation = 0)
    {
        LabJob job = Jobs.Start(type, caption, vm?.Id, operation, work);
        return Answer(JobStarted, ("Job", Paths.Job(Host.Name, job.Id)));
    }

    /// <summary>Merges in the background what the VM's checkpoints left.</summary>
    public void StartMerge(Guid vmId) => Jobs.Background(cancellation => Merging.RunAsync(Host, vmId, cancellation));

    private object? Value(string name) => Arguments.FirstOrDefault(a => a.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
