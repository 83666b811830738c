using System.Text;
using BackupFabric.Agent.Lab.Schema;

namespace BackupFabric.Agent.Lab.Wmi;

/// <summary>\\HOST\root\virtualization\v2:Class.Key="value",Key2="value". Inside a value, backslash and quote are escaped by a backslash.</summary>
internal sealed record ObjectPath(string? Server, string ClassName, IReadOnlyList<KeyValuePair<string, string>> Keys)
{
    public const string VirtualizationNamespace = @"root\virtualization\v2";

    public static string Make(string host, string className, params ReadOnlySpan<(string Key, string Value)> keys)
    {
        StringBuilder path = new($@"\\{host}\{VirtualizationNamespace}:{className}");
        char separator = '.';
        foreach ((string key, string value) in keys)
        {
            path.Append(separator).Append(key).Append("=\"").Append(Escape(value)).Append('"');
            separator = ',';
        }

        return path.ToString();
    }

    public static ObjectPath Parse(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string rest = path.Trim();
        string? server = null;
        int quote = rest.IndexOf('"', StringComparison.Ordinal);
        int colon = rest.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0 && (quote < 0 || colon < quote))
        {
            server = ServerOf(rest[..colon], path);
            rest = rest[(colon + 1)..];
        }

        int dot = rest.IndexOf('.', StringComparison.Ordinal);
        string className = dot < 0 ? rest : rest[..dot];
        if (className.Length == 0 || !className.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            throw Wbem.InvalidPath(path);
        return new(server, className, dot < 0 ? [] : ParseKeys(rest[(dot + 1)..], path));
    }

    public static string Escape(string value) => value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private static string? ServerOf(string prefix, string path)
    {
        if (!prefix.StartsWith(@"\\", StringComparison.Ordinal))
            return prefix.Equals(VirtualizationNamespace, StringComparison.OrdinalIgnoreCase) ? null : throw Wbem.InvalidPath(path);
        string[] parts = prefix[2..].Split('\\', 2);
        return parts.Length == 2 && parts[1].Equals(VirtualizationNamespace, StringComparison.OrdinalIgnoreCase)
            ? parts[0]
            : throw Wbem.InvalidPath(path);
    }

    private static List<KeyValuePair<string, string>> ParseKeys(string text, string path)
    {
        List<KeyValuePair<string, string>> keys = [];
        int at = 0;
        while (at < text.Length)
        {
            int equals = text.IndexOf('=', at);
            if (equals <= at)
                throw Wbem.InvalidPath(path);
            string key = text[at..equals].Trim();
            (string value, at) = ParseValue(text, equals + 1, path);
            keys.Add(new(key, value));
            if (at < text.Length && text[at++] != ',')
                throw Wbem.InvalidPath(path);
        }

        return keys;
    }

    private static (string Value, int Next) ParseValue(string text, int at, string path)
    {
        if (at >= text.Length || text[at] != '"')
        {
            int comma = text.IndexOf(',', Math.Min(at, text.Length));
            int end = comma < 0 ? text.Length : comma;
            return (text[at..end], end);
        }

        StringBuilder value = new();
        for (int i = at + 1; i < text.Length; i++)
        {
            if (text[i] == '"')
                return (value.ToString(), i + 1);
            if (text[i] == '\\' && i + 1 < text.Length)
                i++;
            value.Append(text[i]);
        }

        throw Wbem.InvalidPath(path);
    }
}
