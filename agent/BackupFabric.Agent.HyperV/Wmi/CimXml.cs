using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using BackupFabric.Agent.HyperV.Seams;

namespace BackupFabric.Agent.HyperV.Wmi;

/// <summary>Embedded instances as text (CIM-XML), the form in which Hyper-V's methods take and give them.</summary>
public static class CimXml
{
    public static string ToCimXml(this WmiObject instance) =>
        new XElement("INSTANCE", new XAttribute("CLASSNAME", instance.ClassName),
            instance.Properties.Where(p => p.Value is not null).Select(p => Property(p.Key, p.Value!))).ToString(SaveOptions.DisableFormatting);

    /// <summary>Throws <see cref="FormatException"/> when the text is no instance.</summary>
    public static WmiObject Parse(string text)
    {
        try
        {
            var root = XElement.Parse(text);
            var instance = root.DescendantsAndSelf("INSTANCE").FirstOrDefault()
                ?? throw new FormatException("The text of an embedded instance holds no INSTANCE element.");
            var properties = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
            foreach (var element in instance.Elements())
            {
                if ((string?)element.Attribute("NAME") is not { } name) continue;
                properties[name] = Value(element);
            }

            return new WmiObject((string?)instance.Attribute("CLASSNAME") ?? "", null, properties);
        }
        catch (XmlException e)
        {
            throw new FormatException("The text of an embedded instance is not XML.", e);
        }
    }

    private static XElement Property(string name, object value) => value is Array array
        ? new XElement("PROPERTY.ARRAY", new XAttribute("NAME", name), new XAttribute("TYPE", CimType(array.GetType().GetElementType()!)),
            new XElement("VALUE.ARRAY", array.Cast<object>().Select(v => new XElement("VALUE", Text(v)))))
        : new XElement("PROPERTY", new XAttribute("NAME", name), new XAttribute("TYPE", CimType(value.GetType())), new XElement("VALUE", Text(value)));

    private static object? Value(XElement property)
    {
        var type = (string?)property.Attribute("TYPE") ?? "string";
        if (property.Name.LocalName == "PROPERTY.ARRAY")
        {
            var texts = property.Element("VALUE.ARRAY")?.Elements("VALUE").Select(v => v.Value).ToArray();
            return texts is null ? null : Typed(type, texts);
        }

        return property.Element("VALUE")?.Value is { } text ? Typed(type, text) : null;
    }

    private static object Typed(string type, string text) => type switch
    {
        "boolean" => bool.Parse(text),
        "uint8" => byte.Parse(text, CultureInfo.InvariantCulture),
        "uint16" => ushort.Parse(text, CultureInfo.InvariantCulture),
        "uint32" => uint.Parse(text, CultureInfo.InvariantCulture),
        "uint64" => ulong.Parse(text, CultureInfo.InvariantCulture),
        "sint8" or "sint16" or "sint32" => int.Parse(text, CultureInfo.InvariantCulture),
        "sint64" => long.Parse(text, CultureInfo.InvariantCulture),
        _ => text,
    };

    private static Array Typed(string type, string[] texts)
    {
        if (texts.Length == 0) return texts;
        var values = Array.CreateInstance(Typed(type, texts[0]).GetType(), texts.Length);
        for (var i = 0; i < texts.Length; i++) values.SetValue(Typed(type, texts[i]), i);
        return values;
    }

    private static string CimType(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean => "boolean",
        TypeCode.Byte => "uint8",
        TypeCode.UInt16 => "uint16",
        TypeCode.UInt32 => "uint32",
        TypeCode.UInt64 => "uint64",
        TypeCode.SByte => "sint8",
        TypeCode.Int16 => "sint16",
        TypeCode.Int32 => "sint32",
        TypeCode.Int64 => "sint64",
        _ => "string",
    };

    private static string Text(object value) => value switch
    {
        bool flag => flag ? "TRUE" : "FALSE",
        WmiObject embedded => embedded.ToCimXml(),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
