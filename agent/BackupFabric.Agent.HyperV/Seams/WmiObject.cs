using System.Globalization;

namespace BackupFabric.Agent.HyperV.Seams;

/// <summary>A WMI instance as plain values.</summary>
public sealed record WmiObject(string ClassName, string? Path, IReadOnlyDictionary<string, object?> Properties)
{
    /// <summary>A property as <typeparamref name="T"/>; default when it is absent or null. Numbers in strings are parsed.</summary>
    public T? Get<T>(string name) =>
        Properties.TryGetValue(name, out var value) && value is not null
            ? value is T same ? same : (T)Convert.ChangeType(value, Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T), CultureInfo.InvariantCulture)
            : default;

    /// <summary>An array property; empty when absent.</summary>
    public IReadOnlyList<T> List<T>(string name) =>
        Properties.TryGetValue(name, out var value) && value is Array array
            ? [.. array.Cast<object>().Select(v => v is T same ? same : (T)Convert.ChangeType(v, typeof(T), CultureInfo.InvariantCulture))]
            : [];
}
