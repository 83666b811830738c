namespace BackupFabric.Agent.Lab.Schema;

/// <summary>A class as one release of Windows knows it.</summary>
internal sealed class WmiClass
{
    private readonly Dictionary<string, WmiProperty> _properties;
    private readonly Dictionary<string, WmiMethod> _methods;

    public WmiClass(string name, string kind, IReadOnlyList<string> derivation, IEnumerable<WmiProperty> properties, IEnumerable<WmiMethod> methods)
    {
        Name = name;
        Kind = kind;
        Derivation = derivation;
        _properties = properties.ToDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);
        _methods = methods.ToDictionary(m => m.Name, StringComparer.OrdinalIgnoreCase);
    }

    public string Name { get; }

    /// <summary>class, settingData, association or embedded.</summary>
    public string Kind { get; }

    public IReadOnlyList<string> Derivation { get; }

    public IReadOnlyCollection<WmiProperty> Properties => _properties.Values;

    public WmiProperty? Property(string name) => _properties.GetValueOrDefault(name);

    public WmiMethod? Method(string name) => _methods.GetValueOrDefault(name);

    public bool IsA(string className) =>
        Name.Equals(className, StringComparison.OrdinalIgnoreCase)
        || Derivation.Contains(className, StringComparer.OrdinalIgnoreCase);
}
