using System.Globalization;

namespace BackupFabric.Agent.Lab.Wmi.Wql;

/// <summary>The part of WQL that management code uses: data queries, event queries, associators and references.</summary>
internal sealed class WqlParser
{
    private readonly WqlTokens _tokens;

    private WqlParser(string query) => _tokens = new WqlTokens(query);

    public static WqlQuery Parse(string query)
    {
        WqlParser parser = new(query);
        WqlQuery parsed = parser._tokens.TakeIf("SELECT") ? parser.Select()
            : parser._tokens.TakeIf("ASSOCIATORS") ? parser.Related(references: false)
            : parser._tokens.TakeIf("REFERENCES") ? parser.Related(references: true)
            : throw parser._tokens.Fault("it begins with neither SELECT, ASSOCIATORS OF nor REFERENCES OF");
        parser._tokens.ExpectEnd();
        return parsed;
    }

    private WqlSelect Select()
    {
        List<string> properties = [];
        if (!_tokens.TakeIf("*"))
        {
            do
            {
                properties.Add(_tokens.Word());
            }
            while (_tokens.TakeIf(","));
        }

        _tokens.Expect("FROM");
        string className = _tokens.Word();
        TimeSpan? within = _tokens.TakeIf("WITHIN") ? TimeSpan.FromSeconds((double)Number(_tokens.Take())) : null;
        WqlCondition? where = _tokens.TakeIf("WHERE") ? Or() : null;
        return new(className, properties, where, within);
    }

    private WqlRelated Related(bool references)
    {
        _tokens.Expect("OF");
        WqlToken path = _tokens.Take();
        if (path.Kind != WqlTokenKind.Path)
            throw _tokens.Fault("an object path in braces is expected behind OF");
        WqlRelated related = new(references, path.Value);
        if (!_tokens.TakeIf("WHERE"))
            return related;
        while (_tokens.Peek.Kind != WqlTokenKind.End)
        {
            string keyword = _tokens.Word();
            if (keyword.Equals("KeysOnly", StringComparison.OrdinalIgnoreCase))
            {
                related = related with { KeysOnly = true };
                continue;
            }

            _tokens.Expect("=");
            string value = _tokens.Word();
            related = Condition(related, keyword.ToUpperInvariant(), value);
        }

        return related;
    }

    private WqlRelated Condition(WqlRelated related, string keyword, string value) => keyword switch
    {
        "ASSOCCLASS" when !related.References => related with { AssocClass = value },
        "RESULTCLASS" => related with { ResultClass = value },
        "ROLE" => related with { Role = value },
        "RESULTROLE" when !related.References => related with { ResultRole = value },
        _ => throw _tokens.Fault($"'{keyword}' is not a condition there"),
    };

    private WqlCondition Or()
    {
        WqlCondition left = And();
        while (_tokens.TakeIf("OR"))
            left = new WqlOr(left, And());
        return left;
    }

    private WqlCondition And()
    {
        WqlCondition left = Not();
        while (_tokens.TakeIf("AND"))
            left = new WqlAnd(left, Not());
        return left;
    }

    private WqlCondition Not()
    {
        if (_tokens.TakeIf("NOT"))
            return new WqlNot(Not());
        if (!_tokens.TakeIf("("))
            return Comparison();
        WqlCondition inner = Or();
        _tokens.Expect(")");
        return inner;
    }

    private WqlCondition Comparison()
    {
        string property = _tokens.Word();
        if (_tokens.TakeIf("ISA"))
            return new WqlIsA(property, _tokens.Take().Value);
        if (_tokens.TakeIf("LIKE"))
            return new WqlComparison(property, "LIKE", Literal());
        if (_tokens.TakeIf("IS"))
        {
            bool not = _tokens.TakeIf("NOT");
            _tokens.Expect("NULL");
            return new WqlComparison(property, not ? "IS NOT" : "IS", null);
        }

        WqlToken operation = _tokens.Take();
        return operation.Value is "=" or "<>" or "!=" or "<" or ">" or "<=" or ">="
            ? new WqlComparison(property, operation.Value, Literal())
            : throw _tokens.Fault($"'{operation.Value}' is not a comparison");
    }

    private object? Literal()
    {
        WqlToken token = _tokens.Take();
        return token.Kind switch
        {
            WqlTokenKind.Text => token.Value,
            WqlTokenKind.Number => Number(token),
            WqlTokenKind.Word when token.Is("TRUE") => true,
            WqlTokenKind.Word when token.Is("FALSE") => false,
            WqlTokenKind.Word when token.Is("NULL") => null,
            _ => throw _tokens.Fault($"'{token.Value}' is not a value; texts stand in quotation marks"),
        };
    }

    private decimal Number(WqlToken token) =>
        decimal.TryParse(token.Value, CultureInfo.InvariantCulture, out decimal number) ? number : throw _tokens.Fault($"'{token.Value}' is not a number");
}
