using System.Runtime.CompilerServices;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.Schema;
using BackupFabric.Agent.Lab.Wmi.Instances;
using BackupFabric.Agent.Lab.Wmi.Wql;

namespace BackupFabric.Agent.Lab.Wmi;

/// <summary>Intrinsic instance events, found by comparing the instances at the interval that WITHIN names.</summary>
internal sealed class EventSubscription(Func<InstanceGraph> graph, TimeProvider time, string wql)
{
    private const string Creation = "__InstanceCreationEvent";
    private const string Deletion = "__InstanceDeletionEvent";
    private const string Modification = "__InstanceModificationEvent";
    private const string Operation = "__InstanceOperationEvent";

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(1);

    public async IAsyncEnumerable<WmiObject> RunAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        WqlSelect query = Parse();
        TimeSpan interval = query.Within is { } within && within > ShortestInterval ? within : query.Within is null ? DefaultInterval : ShortestInterval;
        using PeriodicTimer timer = new(interval, time);
        InstanceGraph before = graph();
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            InstanceGraph now = graph();
            foreach (WmiObject happened in Differences(before, now))
            {
                if (Wanted(query, happened) && (query.Where?.Holds(happened, now.IsA) ?? true))
                    yield return happened;
            }

            before = now;
        }
    }

    private static bool Wanted(WqlSelect query, WmiObject happened) =>
        query.ClassName.Equals(Operation, StringComparison.OrdinalIgnoreCase) || query.ClassName.Equals(happened.ClassName, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<WmiObject> Differences(InstanceGraph before, InstanceGraph now)
    {
        Dictionary<string, WmiObject> old = before.Instances.ToDictionary(i => i.Path!, StringComparer.OrdinalIgnoreCase);
        foreach (WmiObject instance in now.Instances)
        {
            if (!old.Remove(instance.Path!, out WmiObject? previous))
                yield return Event(Creation, instance, null);
            else if (!Equal(previous, instance))
                yield return Event(Modification, instance, previous);
        }

        foreach (WmiObject gone in old.Values)
            yield return Event(Deletion, gone, null);
    }

    private static WmiObject Event(string className, WmiObject target, WmiObject? previous)
    {
        Dictionary<string, object?> properties = new(StringComparer.OrdinalIgnoreCase) { ["TargetInstance"] = target };
        if (previous is not null)
            properties["PreviousInstance"] = previous;
        return new(className, null, properties);
    }

    private static bool Equal(WmiObject a, WmiObject b) => a.Properties.All(p => Equal(p.Value, b.Properties.GetValueOrDefault(p.Key)));

    private static bool Equal(object? a, object? b) =>
        a is Array x && b is Array y ? x.Length == y.Length && x.Cast<object>().SequenceEqual(y.Cast<object>()) : Equals(a, b);

    private WqlSelect Parse()
    {
        if (WqlParser.Parse(wql) is not WqlSelect query)
            throw Wbem.InvalidQuery(wql, "an event query begins with SELECT");
        return query.ClassName is Creation or Deletion or Modification or Operation
            ? query
            : throw Wbem.InvalidQuery(wql, $"'{query.ClassName}' is not an event class of this namespace");
    }
}
