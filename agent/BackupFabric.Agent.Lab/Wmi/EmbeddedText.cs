using System.Globalization;
using System.Xml.Linq;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.Schema;

namespace BackupFabric.Agent.Lab.Wmi;

/// <summary>An instance as text in the WMI DTD 2.0, as properties of type embedded instance carry it.</summary>
internal static class EmbeddedText
{
    public static string Write(WmiSchema schema, string className, IReadOnlyDictionary<string, object?> properties)
    {
        WmiClass known = schema.Class(className);
        XElement instance = new("INSTANCE", new XAttribute("CLASSNAME", known.Name));
        foreach ((string name, object? value) in properties)
        {
            WmiProperty property = known.Property(name)
                ?? throw new InvalidOperationException($"The schema knows no {className}.{name}.");
            instance.Add(Element(property, value));
        }

        return instance.ToString(SaveOptions.DisableFormatting);
    }

    public static string Write(WmiSchema schema, WmiObject value) => Write(schema, value.ClassName, value.Properties);

    private static XElement Element(WmiProperty property, object? value)
    {
        XElement element = new(
            property.Array ? "PROPERTY.ARRAY" : "PROPERTY", new XAttribute("NAME", property.Name), new XAttribute("TYPE", property.Type));
        if (value is Array items)
            element.Add(new XElement("VALUE.ARRAY", items.Cast<object>().Select(i => new XElement("VALUE", Text(i)))));
        else if (value is not null)
            element.Add(new XElement("VALUE", Text(value)));
        return element;
    }

    private static string Text(object value) => value switch
    {
        bool flag => flag ? "TRUE" : "FALSE",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
