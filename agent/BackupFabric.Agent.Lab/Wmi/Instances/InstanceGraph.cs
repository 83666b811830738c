using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Schema;
using BackupFabric.Agent.Lab.Wmi.Wql;

namespace BackupFabric.Agent.Lab.Wmi.Instances;

/// <summary>Every instance of one host at one moment, and what is associated with what.</summary>
internal sealed class InstanceGraph(WmiSchema schema, string host)
{
    private readonly Dictionary<string, WmiObject> _byPath = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<WmiObject> _associations = [];

    public WmiSchema Schema => schema;

    public string Host => host;

    public IEnumerable<WmiObject> Instances => _byPath.Values;

    /// <summary>Adds an instance with every property its class has; a name that the schema does not know is an error in the lab.</summary>
    public string Add(string className, ReadOnlySpan<(string, string)> keys, Dictionary<string, object?> properties)
    {
        WmiObject instance = Make(className, ObjectPath.Make(host, className, keys), properties);
        _byPath[instance.Path!] = instance;
        return instance.Path!;
    }

    public void Associate(string className, params ReadOnlySpan<(string Role, object? Value)> values)
    {
        Dictionary<string, object?> properties = [];
        foreach ((string role, object? value) in values)
            properties[role] = value;
        _associations.Add(Make(className, null, properties));
    }

    /// <summary>Whether the release of the host has this class.</summary>
    public bool Has(string className) => schema.Find(className) is not null;

    public WmiObject? Find(string path) => _byPath.GetValueOrDefault(path) ?? FindByKeys(ObjectPath.Parse(path));

    public IEnumerable<WmiObject> Select(WqlSelect query)
    {
        IReadOnlyList<WmiClass> classes = schema.ClassesThatAre(query.ClassName);
        CheckNames(query, classes);
        HashSet<string> names = classes.Select(c => c.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return _byPath.Values.Concat(_associations)
            .Where(i => names.Contains(i.ClassName) && (query.Where?.Holds(i, IsA) ?? true))
            .Select(i => Project(i, query.Properties));
    }

    public IEnumerable<WmiObject> Related(WqlRelated query)
    {
        WmiObject start = Find(query.Path) ?? throw Wbem.NotFoundAt(query.Path);
        foreach (string className in new[] { query.AssocClass, query.ResultClass }.OfType<string>())
            schema.ClassesThatAre(className);
        HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase);
        foreach (WmiObject association in _associations.Where(a => query.AssocClass is null || IsA(a, query.AssocClass)))
        {
            foreach ((string role, string _) in References(association).Where(r => Same(r.Path, start) && (query.Role is null || r.Role.Equals(query.Role, StringComparison.OrdinalIgnoreCase))))
            {
                if (query.References)
                {
                    if (query.ResultClass is null || IsA(association, query.ResultClass))
                        yield return association;
                    continue;
                }

                foreach (WmiObject end in Ends(association, role, query))
                {
                    if (seen.Add(end.Path!))
                        yield return end;
                }
            }
        }
    }

    public bool IsA(WmiObject instance, string className) => schema.Find(instance.ClassName)?.IsA(className) ?? false;

    private static IEnumerable<(string Role, string Path)> References(WmiObject association) =>
        association.Properties.Where(p => p.Value is string text && text.StartsWith(@"\\", StringComparison.Ordinal)).Select(p => (p.Key, (string)p.Value!));

    private static bool Same(string path, WmiObject instance) => path.Equals(instance.Path, StringComparison.OrdinalIgnoreCase);

    private static WmiObject Project(WmiObject instance, IReadOnlyList<string> properties) =>
        properties.Count == 0
            ? instance
            : instance with { Properties = instance.Properties.Where(p => properties.Contains(p.Key, StringComparer.OrdinalIgnoreCase)).ToDictionary(p => p.Key, p => p.Value, StringComparer.OrdinalIgnoreCase) };

    private IEnumerable<WmiObject> Ends(WmiObject association, string startRole, WqlRelated query) =>
        References(association)
            .Where(r => r.Role != startRole && (query.ResultRole is null || r.Role.Equals(query.ResultRole, StringComparison.OrdinalIgnoreCase)))
            .Select(r => _byPath.GetValueOrDefault(r.Path))
            .OfType<WmiObject>()
            .Where(i => query.ResultClass is null || IsA(i, query.ResultClass));

    private WmiObject Make(string className, string? path, Dictionary<string, object?> given)
    {
        WmiClass known = schema.Find(className) ?? throw new InvalidOperationException($"The schema knows no class {className}.");
        Dictionary<string, object?> all = new(StringComparer.OrdinalIgnoreCase);
        foreach (WmiProperty property in known.Properties)
            all[property.Name] = given.Remove(property.Name, out object? value) ? value : null;
        // Members that only newer releases have may be offered to all; a name that no release has is a mistake of the lab.
        string? invented = given.Keys.FirstOrDefault(k => WmiSchema.For(WindowsVersion.All[^1]).Find(className)?.Property(k) is null);
        if (invented is not null)
            throw new InvalidOperationException($"The schema knows no {className}.{invented}.");
        return new(className, path, all);
    }

    private WmiObject? FindByKeys(ObjectPath path)
    {
        WmiClass known = schema.Class(path.ClassName);
        if (path.Keys.Count == 0)
            return new(known.Name, path.ClassName, known.Properties.ToDictionary(p => p.Name, object? (_) => null, StringComparer.OrdinalIgnoreCase));
        if (path.Server is { } server && server != "." && !server.Equals(host, StringComparison.OrdinalIgnoreCase))
            return null;
        return _byPath.Values.FirstOrDefault(i => i.ClassName.Equals(known.Name, StringComparison.OrdinalIgnoreCase) && path.Keys.All(k => HasKey(i, k.Key, k.Value)));
    }

    private static bool HasKey(WmiObject instance, string key, string value) =>
        instance.Properties.TryGetValue(key, out object? own) && value.Equals(own?.ToString(), StringComparison.OrdinalIgnoreCase);

    private void CheckNames(WqlSelect query, IReadOnlyList<WmiClass> classes)
    {
        // A base class is not in the schema by itself; what it has cannot be told.
        if (schema.Find(query.ClassName) is null)
            return;
        foreach (string name in query.Properties.Concat(query.Where?.Names ?? []))
        {
            if (!name.StartsWith("__", StringComparison.Ordinal) && classes.All(c => c.Property(name) is null))
                throw Wbem.InvalidQuery($"SELECT ... FROM {query.ClassName}", $"the class has no property '{name}' on this host");
        }
    }
}
