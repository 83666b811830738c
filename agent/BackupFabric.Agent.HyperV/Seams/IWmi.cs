namespace BackupFabric.Agent.HyperV.Seams;

/// <summary>
/// One WMI namespace of the local host. References are object paths. Values: null, bool, byte..ulong, string (datetimes as DMTF text), arrays of those,
/// <see cref="WmiObject"/> (embedded). 64-bit integers may arrive as strings; <see cref="WmiObject.Get{T}"/> takes both.
/// </summary>
public interface IWmi : IAsyncDisposable
{
    /// <summary>"root\virtualization\v2".</summary>
    string Namespace { get; }

    IAsyncEnumerable<WmiObject> QueryAsync(string wql, CancellationToken cancellation = default);

    /// <summary>Null when the object no longer exists (WBEM_E_NOT_FOUND).</summary>
    ValueTask<WmiObject?> GetAsync(string path, CancellationToken cancellation = default);

    /// <summary>
    /// Arguments: <see cref="WmiObject"/> values are sent as embedded-instance text. Result: out parameters and ReturnValue.
    /// Throws <see cref="WmiException"/> when the call itself fails (no such class, method or parameter; access denied).
    /// </summary>
    ValueTask<WmiObject> InvokeAsync(string path, string method, IReadOnlyDictionary<string, object?> arguments, CancellationToken cancellation = default);

    /// <summary>Events; an implementation may poll. Callers must not rely on events for correctness.</summary>
    IAsyncEnumerable<WmiObject> SubscribeAsync(string wql, CancellationToken cancellation = default);
}
