using System.Globalization;
using System.Text.RegularExpressions;
using BackupFabric.Agent.HyperV.Seams;

namespace BackupFabric.Agent.Lab.Wmi.Wql;

/// <summary>What stands behind WHERE.</summary>
internal abstract record WqlCondition
{
    public abstract bool Holds(WmiObject instance, Func<WmiObject, string, bool> isA);

    /// <summary>Properties that the condition names.</summary>
    public abstract IEnumerable<string> Names { get; }
}

internal sealed record WqlAnd(WqlCondition Left, WqlCondition Right) : WqlCondition
{
    public override IEnumerable<string> Names => Left.Names.Concat(Right.Names);

    public override bool Holds(WmiObject instance, Func<WmiObject, string, bool> isA) => Left.Holds(instance, isA) && Right.Holds(instance, isA);
}

internal sealed record WqlOr(WqlCondition Left, WqlCondition Right) : WqlCondition
{
    public override IEnumerable<string> Names => Left.Names.Concat(Right.Names);

    public override bool Holds(WmiObject instance, Func<WmiObject, string, bool> isA) => Left.Holds(instance, isA) || Right.Holds(instance, isA);
}

internal sealed record WqlNot(WqlCondition Inner) : WqlCondition
{
    public override IEnumerable<string> Names => Inner.Names;

    public override bool Holds(WmiObject instance, Func<WmiObject, string, bool> isA) => !Inner.Holds(instance, isA);
}

/// <summary>TargetInstance ISA 'Class'.</summary>
internal sealed record WqlIsA(string Property, string ClassName) : WqlCondition
{
    public override IEnumerable<string> Names => [Property];

    public override bool Holds(WmiObject instance, Func<WmiObject, string, bool> isA) =>
        WqlComparison.Value(instance, Property) is WmiObject value && isA(value, ClassName);
}

internal sealed record WqlComparison(string Property, string Operator, object? Literal) : WqlCondition
{
    public override IEnumerable<string> Names => [Property];

    public static object? Value(WmiObject instance, string property)
    {
        int dot = property.IndexOf('.', StringComparison.Ordinal);
        string first = dot < 0 ? property : property[..dot];
        if (first.Equals("__CLASS", StringComparison.OrdinalIgnoreCase))
            return instance.ClassName;
        object? value = instance.Properties.FirstOrDefault(p => p.Key.Equals(first, StringComparison.OrdinalIgnoreCase)).Value;
        return dot < 0 ? value : value is WmiObject inner ? Value(inner, property[(dot + 1)..]) : null;
    }

    public override bool Holds(WmiObject instance, Func<WmiObject, string, bool> isA)
    {
        object? value = Value(instance, Property);
        if (Literal is null)
            return Operator is "=" or "IS" ? value is null : value is not null;
        if (value is null)
            return false;
        return Operator switch
        {
            "LIKE" => Like(value.ToString() ?? "", Literal.ToString() ?? ""),
            "=" => Compare(value, Literal) == 0,
            "<>" or "!=" => Compare(value, Literal) is { } unequal && unequal != 0,
            "<" => Compare(value, Literal) < 0,
            ">" => Compare(value, Literal) > 0,
            "<=" => Compare(value, Literal) <= 0,
            _ => Compare(value, Literal) >= 0,
        };
    }

    /// <summary>Texts are compared without case, as WQL does.</summary>
    private static int? Compare(object value, object literal)
    {
        if (value is bool flag)
            return flag.CompareTo(literal switch { bool b => b, decimal d => d != 0, string s => s.Equals("TRUE", StringComparison.OrdinalIgnoreCase), _ => false });
        if (value is string text)
            return string.Compare(text, Convert.ToString(literal, CultureInfo.InvariantCulture), StringComparison.OrdinalIgnoreCase);
        if (value is not IConvertible)
            return null;
        decimal number = Convert.ToDecimal(value, CultureInfo.InvariantCulture);
        return decimal.TryParse(Convert.ToString(literal, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture, out decimal wanted) ? number.CompareTo(wanted) : null;
    }

    private static bool Like(string text, string pattern)
    {
        string expression = "^" + Regex.Escape(pattern).Replace("%", ".*", StringComparison.Ordinal).Replace("_", ".", StringComparison.Ordinal) + "$";
        return Regex.IsMatch(text, expression, RegexOptions.IgnoreCase | RegexOptions.Singleline, TimeSpan.FromSeconds(1));
    }
}
