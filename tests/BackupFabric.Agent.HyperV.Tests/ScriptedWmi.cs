using System.Runtime.CompilerServices;
using BackupFabric.Agent.HyperV.Seams;

namespace BackupFabric.Agent.HyperV.Tests;

/// <summary>Answers from functions, for what a simulated host does not do on demand.</summary>
internal sealed class ScriptedWmi : IWmi
{
    public List<string> Calls { get; } = [];

    public Func<string, IEnumerable<WmiObject>> OnQuery { get; set; } = _ => [];

    public Func<string, WmiObject?> OnGet { get; set; } = _ => null;

    public Func<string, IReadOnlyDictionary<string, object?>, WmiObject> OnInvoke { get; set; } = (_, _) => Answer(0);

    public Func<string, IEnumerable<WmiObject>> OnSubscribe { get; set; } = _ => [];

    public string Namespace => @"root\virtualization\v2";

    public static WmiObject Answer(uint returnValue, params (string Name, object? Value)[] outs) =>
        new("__PARAMETERS", null, outs.Append(("ReturnValue", returnValue)).ToDictionary(o => o.Item1, o => o.Item2));

    public static WmiObject Instance(string className, string? path, params (string Name, object? Value)[] values) =>
        new(className, path, values.ToDictionary(v => v.Name, v => v.Value));

    public async IAsyncEnumerable<WmiObject> QueryAsync(string wql, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await Task.Yield();
        foreach (var instance in OnQuery(wql)) yield return instance;
    }

    public ValueTask<WmiObject?> GetAsync(string path, CancellationToken cancellation = default) => ValueTask.FromResult(OnGet(path));

    public ValueTask<WmiObject> InvokeAsync(string path, string method, IReadOnlyDictionary<string, object?> arguments, CancellationToken cancellation = default)
    {
        Calls.Add(method);
        return ValueTask.FromResult(OnInvoke(method, arguments));
    }

    public async IAsyncEnumerable<WmiObject> SubscribeAsync(string wql, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await Task.Yield();
        foreach (var happened in OnSubscribe(wql)) yield return happened;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
