using System.Collections.Concurrent;
using System.Text.Json;
using BackupFabric.Agent.Lab.DataCenter;

namespace BackupFabric.Agent.Lab.Schema;

/// <summary>
/// What one release of Windows knows of root\virtualization\v2. The catalogue is an embedded, reduced copy of the project's WMI facts; its provenance stands in the file.
/// </summary>
internal sealed class WmiSchema
{
    private static readonly ConcurrentDictionary<int, WmiSchema> Loaded = new();
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly Dictionary<string, WmiClass> _classes;
    private readonly HashSet<string> _bases;

    private WmiSchema(Dictionary<string, WmiClass> classes)
    {
        _classes = classes;
        _bases = classes.Values.SelectMany(c => c.Derivation).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    public IReadOnlyCollection<WmiClass> Classes => _classes.Values;

    public static WmiSchema For(WindowsVersion version) => Loaded.GetOrAdd(version.Build, _ => Load(version));

    public WmiClass? Find(string name) => _classes.GetValueOrDefault(name);

    /// <summary>A class of the schema; WBEM_E_INVALID_CLASS for anything else.</summary>
    public WmiClass Class(string name) => Find(name) ?? throw Wbem.InvalidClass(name);

    /// <summary>Concrete classes that a query for <paramref name="name"/> (a class or a base class) answers with.</summary>
    public IReadOnlyList<WmiClass> ClassesThatAre(string name) =>
        _classes.ContainsKey(name) || _bases.Contains(name)
            ? [.. _classes.Values.Where(c => c.IsA(name))]
            : throw Wbem.InvalidClass(name);

    private static WmiSchema Load(WindowsVersion version)
    {
        using Stream stream = typeof(WmiSchema).Assembly.GetManifestResourceStream("wmi-schema.json")
            ?? throw new InvalidOperationException("The WMI schema is missing from the assembly.");
        Catalogue catalogue = JsonSerializer.Deserialize<Catalogue>(stream, Json)
            ?? throw new InvalidOperationException("The WMI schema in the assembly is empty.");
        return new(catalogue.Classes
            .Where(c => version.HasClassesOf(c.Value.MinServer))
            .ToDictionary(c => c.Key, c => ForVersion(c.Key, c.Value, version), StringComparer.OrdinalIgnoreCase));
    }

    private static WmiClass ForVersion(string name, CatalogueClass entry, WindowsVersion version) => new(
        name,
        entry.Kind,
        entry.Derivation,
        entry.Properties.Where(p => version.HasLiveMembersOf(p.LiveOnly)),
        entry.Methods.Where(m => version.HasLiveMembersOf(m.LiveOnly)));

    private sealed record Catalogue(Dictionary<string, CatalogueClass> Classes);

    private sealed record CatalogueClass(
        string Kind,
        IReadOnlyList<string> Derivation,
        string? MinServer,
        IReadOnlyList<WmiProperty> Properties,
        IReadOnlyList<WmiMethod> Methods);
}
