using System.Collections;
using System.Globalization;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.Wmi;

namespace BackupFabric.Agent.Lab.Schema;

/// <summary>Holds the arguments of a call against the schema, as the WMI core does before the provider sees them.</summary>
internal static class ArgumentCheck
{
    public static void Check(WmiSchema schema, WmiClass owner, WmiMethod method, IReadOnlyDictionary<string, object?> arguments)
    {
        foreach ((string name, object? value) in arguments)
        {
            WmiParameter parameter = method.Input(name)
                ?? throw Wbem.InvalidParameters($"{owner.Name}.{method.Name}", $"it has no parameter '{name}'");
            if (value is not null)
                CheckValue(schema, $"{owner.Name}.{method.Name}({name})", parameter, value);
        }

        foreach (WmiParameter required in method.Required)
        {
            if (!arguments.Any(a => a.Key.Equals(required.Name, StringComparison.OrdinalIgnoreCase) && a.Value is not null))
                throw Wbem.InvalidParameters($"{owner.Name}.{method.Name}", $"the parameter '{required.Name}' is missing");
        }
    }

    private static void CheckValue(WmiSchema schema, string what, WmiParameter parameter, object value)
    {
        if (parameter.Array)
        {
            if (value is string or WmiObject || value is not IEnumerable items)
                throw Wbem.TypeMismatch(what, $"an array of {parameter.Type} is wanted, not {value.GetType().Name}");
            foreach (object? item in items)
                CheckScalar(schema, what, parameter, item ?? throw Wbem.TypeMismatch(what, "an array element is null"));
            return;
        }

        CheckScalar(schema, what, parameter, value);
    }

    private static void CheckScalar(WmiSchema schema, string what, WmiParameter parameter, object value)
    {
        if (parameter.Embedded is { } embedded)
        {
            CheckEmbedded(schema, what, embedded, value);
            return;
        }

        if (value is WmiObject instance && parameter.Type != "reference")
        {
            CheckProperties(schema, what, instance);
            return;
        }

        if (!Fits(parameter.Type, value))
            throw Wbem.TypeMismatch(what, $"{parameter.Type} is wanted, not {value.GetType().Name} '{value}'");
        if (parameter.Type == "reference")
            CheckReference(schema, what, parameter.RefClass, (string)value);
    }

    private static void CheckReference(WmiSchema schema, string what, string? refClass, string path)
    {
        ObjectPath parsed = ObjectPath.Parse(path);
        WmiClass target = schema.Class(parsed.ClassName);
        if (refClass is not null && !target.IsA(refClass))
            throw Wbem.TypeMismatch(what, $"a reference to {refClass} is wanted, not to {target.Name}");
    }

    private static void CheckEmbedded(WmiSchema schema, string what, string className, object value)
    {
        if (value is string)
            throw Wbem.TypeMismatch(what, $"give the {className} as a WmiObject; the binding turns it into text");
        if (value is not WmiObject instance)
            throw Wbem.TypeMismatch(what, $"an embedded {className} is wanted, not {value.GetType().Name}");
        WmiClass given = schema.Class(instance.ClassName);
        if (!given.IsA(className))
            throw Wbem.TypeMismatch(what, $"an embedded {className} is wanted, not {given.Name}");
        CheckProperties(schema, what, instance);
    }

    private static void CheckProperties(WmiSchema schema, string what, WmiObject instance)
    {
        WmiClass given = schema.Class(instance.ClassName);
        foreach ((string name, object? value) in instance.Properties)
        {
            WmiProperty property = given.Property(name)
                ?? throw new WmiException(what, Wbem.NotFound, $"{given.Name} has no property '{name}' on this host");
            if (value is null)
                continue;
            IEnumerable items = property.Array ? value as Array ?? throw Wbem.TypeMismatch(what, $"{name} is an array of {property.Type}") : new[] { value };
            foreach (object? item in items)
            {
                if (item is not null && item is not WmiObject && !Fits(property.Type, item))
                    throw Wbem.TypeMismatch(what, $"{name} is a {property.Type}, not {item.GetType().Name} '{item}'");
            }
        }
    }

    /// <summary>WMI widens and narrows integers as long as the value fits; it never takes a number for a boolean or the other way round.</summary>
    private static bool Fits(string type, object value) => type switch
    {
        "boolean" => value is bool,
        "string" or "reference" or "datetime" => value is string,
        "uint8" => InRange(value, 0, byte.MaxValue),
        "uint16" => InRange(value, 0, ushort.MaxValue),
        "uint32" => InRange(value, 0, uint.MaxValue),
        "uint64" => InRange(value, 0, ulong.MaxValue),
        "sint8" => InRange(value, sbyte.MinValue, sbyte.MaxValue),
        "sint32" => InRange(value, int.MinValue, int.MaxValue),
        "object" or "object-or-reference" => value is WmiObject or string,
        _ => value is not bool,
    };

    private static bool InRange(object value, Int128 least, Int128 greatest)
    {
        Int128? number = value switch
        {
            byte or sbyte or short or ushort or int or uint or long => Convert.ToInt64(value, CultureInfo.InvariantCulture),
            ulong big => big,
            // 64-bit integers travel as text in some clients.
            string text when greatest > uint.MaxValue && Int128.TryParse(text, CultureInfo.InvariantCulture, out Int128 parsed) => parsed,
            _ => null,
        };
        return number is { } n && n >= least && n <= greatest;
    }
}
