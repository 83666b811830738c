using System.Text;
using BackupFabric.Agent.Lab.Schema;

namespace BackupFabric.Agent.Lab.Wmi.Wql;

internal enum WqlTokenKind { Word, Text, Number, Symbol, Path, End }

internal readonly record struct WqlToken(WqlTokenKind Kind, string Value)
{
    public bool Is(string word) => Kind is WqlTokenKind.Word or WqlTokenKind.Symbol && Value.Equals(word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Cuts a WQL text into tokens. In a quoted text a backslash takes the next character as it is.</summary>
internal sealed class WqlTokens
{
    private readonly string _query;
    private readonly List<WqlToken> _tokens = [];
    private int _next;

    public WqlTokens(string query)
    {
        _query = query;
        for (int at = 0; at < query.Length;)
            at = ReadOne(at);
        _tokens.Add(new(WqlTokenKind.End, ""));
    }

    public WqlToken Peek => _tokens[_next];

    public WqlToken Take() => _tokens[_next].Kind == WqlTokenKind.End ? throw Fault("it ends too early") : _tokens[_next++];

    public bool TakeIf(string word)
    {
        if (!Peek.Is(word))
            return false;
        _next++;
        return true;
    }

    public void Expect(string word)
    {
        if (!TakeIf(word))
            throw Fault($"'{word}' is expected before '{Peek.Value}'");
    }

    public string Word()
    {
        WqlToken token = Take();
        return token.Kind == WqlTokenKind.Word ? token.Value : throw Fault($"a name is expected instead of '{token.Value}'");
    }

    public void ExpectEnd()
    {
        if (Peek.Kind != WqlTokenKind.End)
            throw Fault($"'{Peek.Value}' is not expected there");
    }

    public HyperV.Seams.WmiException Fault(string why) => Wbem.InvalidQuery(_query, why);

    private int ReadOne(int at)
    {
        char c = _query[at];
        if (char.IsWhiteSpace(c))
            return at + 1;
        if (c is '\'' or '"')
            return ReadText(at, c);
        if (c == '{')
            return ReadPath(at);
        if (char.IsAsciiDigit(c) || (c == '-' && at + 1 < _query.Length && char.IsAsciiDigit(_query[at + 1])))
            return ReadWhile(at, WqlTokenKind.Number, x => char.IsAsciiDigit(x) || x is '.' or '-');
        if (char.IsAsciiLetter(c) || c == '_')
            return ReadWhile(at, WqlTokenKind.Word, x => char.IsAsciiLetterOrDigit(x) || x is '_' or '.');
        return ReadSymbol(at);
    }

    private int ReadText(int at, char quote)
    {
        StringBuilder text = new();
        for (int i = at + 1; i < _query.Length; i++)
        {
            if (_query[i] == quote)
            {
                _tokens.Add(new(WqlTokenKind.Text, text.ToString()));
                return i + 1;
            }

            if (_query[i] == '\\' && i + 1 < _query.Length)
                i++;
            text.Append(_query[i]);
        }

        throw Fault("a quotation mark is missing");
    }

    /// <summary>{path}: taken as it is; it has its own escapes.</summary>
    private int ReadPath(int at)
    {
        bool quoted = false;
        for (int i = at + 1; i < _query.Length; i++)
        {
            if (quoted && _query[i] == '\\')
                i++;
            else if (_query[i] == '"')
                quoted = !quoted;
            else if (_query[i] == '}' && !quoted)
            {
                _tokens.Add(new(WqlTokenKind.Path, _query[(at + 1)..i]));
                return i + 1;
            }
        }

        throw Fault("'}' is missing");
    }

    private int ReadWhile(int at, WqlTokenKind kind, Func<char, bool> belongs)
    {
        int end = at + 1;
        while (end < _query.Length && belongs(_query[end]))
            end++;
        _tokens.Add(new(kind, _query[at..end]));
        return end;
    }

    private int ReadSymbol(int at)
    {
        string two = at + 1 < _query.Length ? _query.Substring(at, 2) : "";
        string symbol = two is "<>" or "!=" or "<=" or ">=" ? two : _query[at].ToString();
        if (!"<>=!(),*".Contains(symbol[0], StringComparison.Ordinal))
            throw Fault($"'{symbol}' is not understood");
        _tokens.Add(new(WqlTokenKind.Symbol, symbol));
        return at + symbol.Length;
    }
}
