using BackupFabric.Agent.HyperV.Seams;

namespace BackupFabric.Agent.HyperV.Wmi;

/// <summary>Arrays of embedded instances come as objects or as their texts, whichever the client below prefers.</summary>
internal static class EmbeddedInstances
{
    public static IReadOnlyList<WmiObject> Embedded(this WmiObject instance, string property)
    {
        if (!instance.Properties.TryGetValue(property, out var value)) return [];
        return value switch
        {
            WmiObject one => [one],
            string text => Parsed([text]),
            Array many => Parsed(many.Cast<object?>()),
            _ => [],
        };
    }

    // A text that cannot be read is the host's trouble, and what it would have told is a description only.
    private static List<WmiObject> Parsed(IEnumerable<object?> values)
    {
        var instances = new List<WmiObject>();
        foreach (var value in values)
        {
            if (value is WmiObject instance) instances.Add(instance);
            else if (value is string text && TryParse(text) is { } parsed) instances.Add(parsed);
        }

        return instances;
    }

    private static WmiObject? TryParse(string text)
    {
        try
        {
            return CimXml.Parse(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
