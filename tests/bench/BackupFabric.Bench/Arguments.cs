using System.Globalization;

namespace BackupFabric.Bench;

/// <summary>A command line of words and <c>--name value</c> pairs. An unknown name is an error, so that a typing mistake measures nothing else.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _options = [];

    public Arguments(ReadOnlySpan<string> words, params ReadOnlySpan<string> known)
    {
        var rest = new List<string>();
        for (var i = 0; i < words.Length; i++)
        {
            if (!words[i].StartsWith("--", StringComparison.Ordinal)) rest.Add(words[i]);
            else if (!known.Contains(words[i])) throw new ArgumentException($"'{words[i]}' is not an option here. There are: {string.Join(", ", known.ToArray())}.");
            else if (++i == words.Length) throw new ArgumentException($"'{words[i - 1]}' needs a value.");
            else _options[words[i - 1]] = words[i];
        }

        Rest = rest;
    }

    public IReadOnlyList<string> Rest { get; }

    public string? Text(string name) => _options.GetValueOrDefault(name);

    public long Number(string name, long otherwise) =>
        _options.TryGetValue(name, out var text) ? long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : otherwise;

    /// <summary>The only word that is not an option.</summary>
    public string Single(string what) => Rest.Count == 1 ? Rest[0] : throw new ArgumentException($"One {what} is expected.");
}
